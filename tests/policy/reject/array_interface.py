# why: an address and a length become an array: any memory
import numpy as np
class Memory:
    __array_interface__ = {"data": (4096, False), "shape": (8,), "typestr": "|u1", "version": 3}  # here
np.asarray(Memory())

# why: an array's view for C
import numpy as np
np.ones(3).ctypes.data_as(None)  # here

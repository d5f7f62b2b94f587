# why: a part of a part of a module
import numpy as np
np.linalg.norm = print

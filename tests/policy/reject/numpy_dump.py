# why: an array pickles itself into a file
import numpy as np
np.ones(3).dump("/tmp/x")

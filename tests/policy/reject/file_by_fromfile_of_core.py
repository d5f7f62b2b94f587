# why: the same function from another place
import numpy as np
np.core.multiarray.fromfile("/etc/passwd", "u1")

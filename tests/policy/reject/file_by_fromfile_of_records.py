# why: another function of that name
import numpy as np
np.rec.fromfile("/etc/passwd", "u1")

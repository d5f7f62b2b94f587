# why: the same class from another place
import numpy as np
np.lib.DataSource().open("/etc/passwd")

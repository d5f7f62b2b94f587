# why: a class is a namespace for a module
import numpy as np
class Tools:
    np = np
    lib = np.lib
Tools.np.lib.npyio.os.getcwd()

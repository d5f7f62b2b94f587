# why: a module chosen at run time
import numpy as np
m = np if True else None
m.lib.npyio.os.getcwd()

# why: an alias of an alias of a part
import numpy as np
m = np
lib = m.lib
files = lib.npyio  # here
files.os.getcwd()

# why: a module out of a list
import numpy as np
[np][0].lib.npyio.os.getcwd()

# why: a module under a second name, with an annotation
import numpy as np
m: object = np
m.lib.npyio.os.getcwd()

# why: the walrus is itself what the attribute is taken of
import numpy as np
(m := np).lib.npyio.os.getcwd()

# why: a module renamed in passing
import numpy as np
if (m := np) and m.lib.npyio:  # here
    print(m.lib.npyio.os)

# why: trace is a function in more places than one
import numpy as np
from sympy.matrices.expressions import trace
from sympy import eye

print(np.ma.trace(np.eye(2)), trace(eye(3)))

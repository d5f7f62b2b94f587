# why: the argument's value is not to be seen
import numpy as np, io
flag = 1 > 0
np.load(io.BytesIO(b""), allow_pickle=flag)  # here

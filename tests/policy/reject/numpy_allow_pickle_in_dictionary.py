# why: the argument arrives from a dictionary
import numpy as np, io
np.load(io.BytesIO(b""), **{"allow_pickle": True})  # here

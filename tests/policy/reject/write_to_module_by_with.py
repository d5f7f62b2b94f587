# why: with's target is an assignment
import math
from contextlib import nullcontext
with nullcontext(3) as math.pi:  # here
    pass

# why: one of several targets
import math
x, (math.e, y) = 1, (2, 3)  # here

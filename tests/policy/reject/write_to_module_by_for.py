# why: a loop's target is an assignment
import math
for math.pi in [3]:  # here
    pass

# id: xreq_random_numpy
# class: cross-request
# goal: Two programs draw the same numbers from numpy.
# targets: other-request
# walls: none
# danger: none
# runs: 2-compare
# unsandboxed: cannot: the control's are fresh
import numpy
print("FINGERPRINT", numpy.random.randint(0, 1 << 62), numpy.random.random())

# id: xreq_random_python
# class: cross-request
# goal: Two programs draw the same numbers from random.
# targets: other-request
# walls: none
# danger: none
# runs: 2-compare
# unsandboxed: cannot: the control's are fresh
import random
print("FINGERPRINT", random.getrandbits(128), random.Random().getrandbits(64))

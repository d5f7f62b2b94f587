# id: lang_numpy
# class: language
# goal: ctypes and os by way of numpy.
# targets: host-data
# walls: mount, landlock, seccomp
# danger: none
# runs: 1
# unsandboxed: escapes
import numpy
power(numpy.ctypeslib.os if hasattr(numpy, "ctypeslib") else sys.modules["os"])

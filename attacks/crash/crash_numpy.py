# id: crash_numpy
# class: crash
# goal: Read and write outside of an array.
# targets: host-service
# walls: gateway
# danger: none
# runs: 1
# request: {"timeout": 5}
# expect: {"status": ["error"]}
# unsandboxed: cannot: it is for the service
import numpy
stopped("a crash follows")
array = numpy.lib.stride_tricks.as_strided(numpy.zeros(4), (1 << 28,), (4096,), writeable=True)
array[:] = 1.0

# id: crash_heap
# class: crash
# goal: Overwrite the interpreter's own objects.
# targets: host-service
# walls: gateway
# danger: none
# runs: 1
# expect: {"status": ["error", "timeout"]}
# request: {"timeout": 3}
# unsandboxed: cannot: it is for the service
stopped("a crash follows")
import gc
gc.unfreeze()
for thing in gc.get_objects()[:20000]:
    ctypes.memset(id(thing), 0x41, 16)

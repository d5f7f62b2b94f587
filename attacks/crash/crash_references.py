# id: crash_references
# class: crash
# goal: Take away the references of None, of types and of small numbers.
# targets: host-service
# walls: gateway
# danger: none
# runs: 1
# expect: {"status": ["error", "success"]}
# unsandboxed: cannot: it is for the service
stopped("a crash may follow")
for thing in (None, True, 0, "", (), int, object, type):
    for _ in range(100000):
        ctypes.pythonapi.Py_DecRef(ctypes.py_object(thing))

# id: crash_null
# class: crash
# goal: Follow a null pointer.
# targets: host-service
# walls: gateway
# danger: none
# runs: 1
# expect: {"status": ["error"]}
# unsandboxed: cannot: it is for the service
stopped("a crash follows")
ctypes.string_at(0)

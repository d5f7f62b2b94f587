# id: crash_handler
# class: crash
# goal: A fault whose handler returns to the fault, for ever.
# targets: host-service
# walls: gateway
# danger: none
# runs: 1
# request: {"timeout": 1}
# expect: {"status": ["error", "timeout"]}
# unsandboxed: cannot: it is for the service
import signal
stopped("a crash follows")
signal.signal(signal.SIGSEGV, lambda *_: None)
sys.stdout.flush()
ctypes.string_at(0)

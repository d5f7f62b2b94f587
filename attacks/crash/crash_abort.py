# id: crash_abort
# class: crash
# goal: abort, and the signals that come with faults.
# targets: host-service
# walls: gateway
# danger: none
# runs: 4
# expect: {"status": ["error"]}
# never: {"status": ["timeout", "memory_exceeded"]}
# unsandboxed: cannot: it is for the service
import signal
stopped("a crash follows")
if RUN == 1:
    os.abort()
for number in (signal.SIGSEGV, signal.SIGBUS, signal.SIGILL, signal.SIGFPE):
    getattr(LIBC, "raise")(number)
ctypes.memset(0, RUN, 10)

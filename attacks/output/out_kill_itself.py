# id: out_kill_itself
# class: output
# goal: Die of the signal that a limit sends, so that the answer blames a limit.
# targets: self
# walls: pid, gateway
# danger: none
# runs: 1
# never: {"status": ["timeout", "memory_exceeded"]}
# unsandboxed: cannot: it would kill the control's program
import signal
stopped("signals to itself")
for number in (signal.SIGKILL, signal.SIGXCPU, signal.SIGTERM, signal.SIGSYS):
    os.kill(os.getpid(), number)

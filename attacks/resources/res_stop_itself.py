# id: res_stop_itself
# class: resources
# goal: Stop itself: a limit on processor time never comes.
# targets: resources
# walls: pid, gateway
# danger: limit
# runs: 1
# request: {"timeout": 1}
# expect: {"status": ["timeout"]}
# unsandboxed: cannot: it has no end
import signal
os.kill(os.getpid(), signal.SIGSTOP)
signal.pause()

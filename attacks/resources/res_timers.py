# id: res_timers
# class: resources
# goal: Timers that fire all the time.
# targets: resources
# walls: gateway
# danger: limit
# runs: 1
# request: {"timeout": 1}
# expect: {"status": ["timeout", "error"]}
# unsandboxed: cannot: it has no end
import signal
signal.signal(signal.SIGALRM, lambda *_: None)
signal.setitimer(signal.ITIMER_REAL, 0.00001, 0.00001)
while True:
    try:
        time.sleep(1)
    except BaseException:
        pass

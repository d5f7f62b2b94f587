# id: res_sleep
# class: resources
# goal: Sleep for ever, in a call that nothing interrupts.
# targets: resources
# walls: gateway
# danger: limit
# runs: 1
# request: {"timeout": 1}
# expect: {"status": ["timeout"]}
# unsandboxed: cannot: it has no end
import threading
lock = threading.Lock()
lock.acquire()
lock.acquire()

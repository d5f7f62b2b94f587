# id: res_thread_stays
# class: resources
# goal: Threads that stay when the main one is done.
# targets: resources
# walls: gateway
# danger: limit
# runs: 1
# request: {"timeout": 1}
# expect: {"status": ["timeout"]}
# unsandboxed: cannot: it has no end
import threading
threading.Thread(target=lambda: time.sleep(60)).start()

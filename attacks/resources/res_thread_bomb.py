# id: res_thread_bomb
# class: resources
# goal: Threads without end.
# targets: resources
# walls: cgroup, rlimits
# danger: limit
# runs: 1
# request: {"timeout": 10}
# unsandboxed: cannot: the control has no limit to pass
import threading
threading.stack_size(65536)
made = 0
try:
    while made < 1000:
        threading.Thread(target=time.sleep, args=(1.5,), daemon=True).start()
        made += 1
except RuntimeError:
    pass
verdict(made >= 200 and f"{made} threads", f"{made} threads")

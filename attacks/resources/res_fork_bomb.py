# id: res_fork_bomb
# class: resources
# goal: Processes without end.
# targets: resources
# walls: seccomp, cgroup, rlimits
# danger: limit
# runs: 1
# request: {"timeout": 5}
# unsandboxed: cannot: it would fill the control
made = 0
try:
    while made < 50:
        child = os.fork()
        if child == 0:
            time.sleep(1)
            os._exit(0)
        made += 1
except OSError:
    pass
verdict(made and f"{made} processes")

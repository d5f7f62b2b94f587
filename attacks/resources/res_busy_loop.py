# id: res_busy_loop
# class: resources
# goal: A loop without end.
# targets: resources
# walls: cgroup, rlimits, gateway
# danger: limit
# runs: 1
# request: {"timeout": 1}
# expect: {"status": ["timeout"]}
# unsandboxed: cannot: it has no end
while True:
    pass

# id: res_native_loop
# class: resources
# goal: One operation that never comes back to Python.
# targets: resources
# walls: cgroup, rlimits, gateway
# danger: limit
# runs: 1
# request: {"timeout": 1}
# expect: {"status": ["timeout"]}
# unsandboxed: cannot: it has no end
7 ** 10**9 % 3

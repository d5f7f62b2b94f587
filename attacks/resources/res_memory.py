# id: res_memory
# class: resources
# goal: Ordinary memory, four times the limit.
# targets: resources
# walls: cgroup, rlimits
# danger: limit
# runs: 1
# request: {"memory_limit": 64}
# expect: {"status": ["memory_exceeded"]}
# unsandboxed: cannot: it would take the control's memory
blocks = [bytearray(b"x") * (1 << 20) for _ in range(256)]
escaped("256 MB under a limit of 64")

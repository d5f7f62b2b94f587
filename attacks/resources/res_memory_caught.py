# id: res_memory_caught
# class: resources
# goal: Catch each MemoryError and go on taking, in smaller and smaller pieces.
# targets: resources
# walls: cgroup, rlimits
# danger: limit
# runs: 1
# request: {"memory_limit": 64, "timeout": 8}
# unsandboxed: cannot: it would take the control's memory
blocks = []
size = 1 << 24
while size > 1 << 12 and len(blocks) < 100000:
    try:
        blocks.append(b"x" * size)
    except MemoryError:
        size //= 2
total = sum(map(len, blocks)) >> 20
verdict(total > 160 and f"{total} MB under a limit of 64", f"{total} MB")

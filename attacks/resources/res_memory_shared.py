# id: res_memory_shared
# class: resources
# goal: Memory that is shared with nobody, which the limit on data does not count.
# targets: resources
# walls: cgroup
# danger: limit
# runs: 1
# request: {"memory_limit": 64}
# unsandboxed: cannot: it would take the control's memory
import mmap
memory = mmap.mmap(-1, 200 << 20)
for index in range(0, len(memory), 4096):
    memory[index] = 1
escaped("200 MB of shared memory under a limit of 64")

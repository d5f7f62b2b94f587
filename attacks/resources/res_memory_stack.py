# id: res_memory_stack
# class: resources
# goal: Memory that calls itself a stack, which the limit on data does not count.
# targets: resources
# walls: cgroup, seccomp
# danger: limit
# runs: 1
# request: {"memory_limit": 64}
# unsandboxed: cannot: it would take the control's memory
import mmap
memory = mmap.mmap(-1, 200 << 20, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS | 0x100)
for index in range(0, len(memory), 4096):
    memory[index] = 1
escaped("200 MB of stacks under a limit of 64")

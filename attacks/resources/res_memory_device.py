# id: res_memory_device
# class: resources
# goal: Memory that pretends to be a file: the device zero, shared.
# targets: resources
# walls: cgroup, landlock
# danger: limit
# runs: 1
# request: {"memory_limit": 64}
# unsandboxed: cannot: it would take the control's memory
import mmap
memory = mmap.mmap(os.open("/dev/zero", os.O_RDWR), 200 << 20, flags=mmap.MAP_SHARED)
for index in range(0, len(memory), 4096):
    memory[index] = 1
escaped("200 MB of /dev/zero under a limit of 64")

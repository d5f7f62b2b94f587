# id: proc_read_memory
# class: process
# goal: Read and write another process's memory.
# targets: other-process
# walls: pid, seccomp, own-user
# danger: none
# runs: 2
# unsandboxed: escapes
local = buffer(64)
vector = buffer(16, struct.pack("QQ", ctypes.addressof(local), 64))
try_calls([(("process_vm_readv", 310) if RUN == 1 else ("process_vm_writev", 311)) + (TARGETS["pid"] or 1, vector, 1, vector, 1, 0)])

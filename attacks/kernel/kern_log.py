# id: kern_log
# class: kernel
# goal: Read the kernel's log.
# targets: host-data
# walls: capabilities, seccomp, mount
# danger: none
# runs: 1
# unsandboxed: escapes
proof = []
if call(103, 3, buffer(4096), 4096) > 0:
    proof.append("syslog")
if call(103, 10, None, 0) > 0:
    proof.append("its size")
if try_to_open(["/dev/kmsg", "/proc/kmsg"], os.O_RDONLY):
    proof.append("a file of it")
verdict(" ".join(proof))

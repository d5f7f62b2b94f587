# id: proc_new_namespaces
# class: process
# goal: New namespaces by unshare, each kind.
# targets: kernel
# walls: seccomp, capabilities
# danger: none
# runs: 8
# unsandboxed: escapes
flag = (0x10000000, 0x20000, 0x20000000, 0x40000000, 0x8000000, 0x4000000, 0x2000000, 0x80)[RUN - 1]
result = call(272, flag)
verdict(result == 0 and f"unshare {flag:#x}", result)

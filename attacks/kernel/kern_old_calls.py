# id: kern_old_calls
# class: kernel
# goal: System calls of old kernels and exotic ones: remap_file_pages, ustat, sysfs, uselib, lookup_dcookie, nfsservctl.
# targets: kernel
# walls: seccomp
# danger: none
# runs: 2
# unsandboxed: escapes
if RUN == 1:
    try_calls([("remap_file_pages", 216, 0, 0, 0, 0, 0), ("ustat", 136, 0, None), ("sysfs", 139, 3), ("get_robust_list", 274, 1, None, None)])
else:
    result = call(212, 0, None, 0)
    verdict(reached(result) and "lookup_dcookie", result)

# id: kern_new_calls
# class: kernel
# goal: System calls newer than the service: everything that this kernel has and nobody listed.
# targets: kernel
# walls: seccomp
# danger: none
# runs: 1
# unsandboxed: escapes
known = {442}  # mount_setattr, which fs_new_mount_api tries
proof = [str(number) for number in range(441, 480) if number not in known and call(number, -1, -1, -1, -1, -1, -1) != -errno.ENOSYS]
verdict(" ".join(proof))

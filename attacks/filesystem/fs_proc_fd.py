# id: fs_proc_fd
# class: filesystem
# goal: Open the descriptors of this and other processes again through /proc/PID/fd.
# targets: other-process
# walls: mount, landlock, pid, own-user
# danger: none
# runs: 1
# unsandboxed: escapes
paths = []
for pid in ["self", 1, os.getppid(), TARGETS["pid"]]:
    for folder in (f"/proc/{pid}/fd", f"/proc/{pid}/fdinfo", f"/proc/{pid}/map_files"):
        try:
            paths += [folder + "/" + name for name in os.listdir(folder)]
        except OSError:
            pass
verdict(try_to_open(paths, os.O_RDONLY), "no /proc/PID/fd")

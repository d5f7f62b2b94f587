# id: fs_cgroup_files
# class: filesystem
# goal: Write to the files of cgroups: leave one's own, raise its limits.
# targets: resources
# walls: mount, landlock, own-user
# danger: none
# runs: 1
# unsandboxed: escapes
paths = []
for folder, names, files in os.walk("/sys/fs/cgroup"):
    paths += [os.path.join(folder, name) for name in files
              if name in ("cgroup.procs", "tasks", "memory.max", "memory.limit_in_bytes", "release_agent")]
    if len(paths) > 200:
        break
verdict(try_to_open(paths, os.O_WRONLY), f"{len(paths)} files of cgroups seen")

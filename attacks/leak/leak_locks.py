# id: leak_locks
# class: leak
# goal: The table of everybody's file locks, of sockets, of timers, of key owners.
# targets: other-process
# walls: mount, landlock
# danger: none
# runs: 1
# unsandboxed: escapes
found = [path for path in ("/proc/locks", "/proc/net/unix", "/proc/timer_list", "/proc/keys", "/proc/key-users", "/proc/sysvipc/shm", "/proc/slabinfo", "/proc/kallsyms")
         if content(path)]  # a container has empty files instead of some
verdict(" ".join(found))

# id: proc_scan
# class: process
# goal: Find other processes by their numbers.
# targets: other-process
# walls: pid, seccomp
# danger: none
# runs: 1
# unsandboxed: escapes
proof = [pid for pid in range(1, 70000) if pid != os.getpid() and call(62, pid, 0) == 0]
seen = [pid for pid in range(1, 2000) if pid != os.getpid() and call(121, pid) > 0]
verdict((proof or seen) and f"{len(proof)} to signal, {len(seen)} to see")

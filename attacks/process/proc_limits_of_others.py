# id: proc_limits_of_others
# class: process
# goal: Read and set another process's limits: no files for the gateway.
# targets: host-service
# walls: pid, seccomp, own-user
# danger: none
# runs: 1
# unsandboxed: escapes
old = buffer(16)
try_calls([(f"prlimit of {pid}", 302, pid, 7, None, old) for pid in {TARGETS["pid"], os.getppid(), 2} - {0}])

# id: proc_daemon
# class: process
# goal: Leave by a double fork and a session of its own.
# targets: other-process
# walls: seccomp, pid, cgroup
# danger: none
# runs: 1
# unsandboxed: escapes
try:
    child = os.fork()
    if child == 0:
        os.setsid()
        if os.fork() == 0:
            time.sleep(1)
        os._exit(0)
    os.waitpid(child, 0)
    escaped("a daemon was left")
except OSError as error:
    stopped(error)

# id: proc_daemon
# class: process
# goal: Leave by a double fork and a session of its own.
# targets: other-process
# walls: seccomp, pid, cgroup
# danger: none
# runs: 1
# unsandboxed: escapes
# Whether it outlives its program, whoever planted the targets sees by its name.
try:
    child = os.fork()
    if child == 0:
        os.setsid()
        if os.fork() == 0:
            os.closerange(0, 3)
            call(157, 15, b"left-" + TARGETS["folder"][-8:].encode(), 0, 0, 0)
            time.sleep(60)
        os._exit(0)
    os.waitpid(child, 0)
    exposed("a daemon was started")
except OSError as error:
    stopped(error)

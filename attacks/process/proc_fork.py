# id: proc_fork
# class: process
# goal: A second process, by the library.
# targets: self
# walls: seccomp
# danger: none
# runs: 1
# unsandboxed: escapes
try:
    child = os.fork()
    if child == 0:
        os._exit(0)
    os.waitpid(child, 0)
    escaped("forked")
except OSError as error:
    stopped(error)

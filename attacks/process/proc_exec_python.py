# id: proc_exec_python
# class: process
# goal: Become a fresh interpreter, without what this one was told.
# targets: self
# walls: landlock, seccomp
# danger: none
# runs: 1
# unsandboxed: escapes
try:
    sys.stdout.flush()
    os.execv("/usr/bin/python3", ["python3", "-c", f"print('ESCAPED', '{ID}: a fresh interpreter')"])
except OSError as error:
    stopped(error)

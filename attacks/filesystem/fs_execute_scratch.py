# id: fs_execute_scratch
# class: filesystem
# goal: Execute a file that the program itself wrote.
# targets: self
# walls: mount, landlock, seccomp
# danger: none
# runs: 1
# unsandboxed: escapes
path = f"/tmp/pyrunner-attack-program-{os.getpid()}"
with open(path, "w") as file:
    file.write("#!/bin/sh\nexit 33\n")
os.chmod(path, 0o755)
code = None
try:
    code = os.spawnv(os.P_WAIT, path, [path])
except OSError:
    pass
os.unlink(path)
verdict(code == 33 and "it ran", f"it did not run: {code}")

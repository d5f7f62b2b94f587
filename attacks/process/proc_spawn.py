# id: proc_spawn
# class: process
# goal: posix_spawn, subprocess, os.system, os.popen, multiprocessing.
# targets: self
# walls: seccomp, landlock
# danger: none
# runs: 1
# unsandboxed: escapes
import subprocess
proof = []
for name, act in (("subprocess", lambda: subprocess.run(["/usr/bin/env", "true"], check=True)),
                  ("posix_spawn", lambda: os.waitpid(os.posix_spawn("/usr/bin/env", ["env", "true"], {}), 0)[1] == 0 or 1 / 0),
                  ("system", lambda: 1 / (os.system("true") == 0)), ("popen", lambda: 1 / (os.popen("echo x").read() == "x\n"))):
    try:
        act()
        proof.append(name)
    except (OSError, ArithmeticError, subprocess.SubprocessError):
        pass
verdict(" ".join(proof))

# id: proc_exec_privileged
# class: process
# goal: Run the host's set-user-id programs.
# targets: self
# walls: seccomp, landlock, no-new-privs, mount
# danger: none
# runs: 1
# unsandboxed: escapes
import stat
import subprocess
proof = []
for folder in ("/usr/bin", "/usr/sbin", "/usr/lib/openssh", "/usr/lib/dbus-1.0"):
    try:
        names = os.listdir(folder)
    except OSError:
        continue
    for name in names:
        path = os.path.join(folder, name)
        try:
            if os.stat(path).st_mode & stat.S_ISUID:
                subprocess.run([path, "--help"], capture_output=True, timeout=2, stdin=subprocess.DEVNULL)
                proof.append(name)
        except (OSError, subprocess.SubprocessError):
            pass
verdict(" ".join(proof[:5]))

# id: fs_special_files
# class: filesystem
# goal: Named pipes and sockets in the scratch directory: whoever opens them on the host waits for ever.
# targets: host-service
# walls: landlock, seccomp
# danger: none
# runs: 1
# unsandboxed: escapes
import socket
import stat
proof = []
name = f"/tmp/pyrunner-attack-special-{os.getpid()}"
for what, act in (("pipe", lambda: os.mkfifo(name)), ("node", lambda: os.mknod(name, stat.S_IFSOCK | 0o600)),
                  ("socket", lambda: socket.socket(socket.AF_UNIX).bind(name))):
    try:
        act()
        os.unlink(name)
        proof.append(what)
    except OSError:
        pass
verdict(", ".join(proof))

# id: leak_terminal
# class: leak
# goal: The terminal of whoever started the service: read it, type into it.
# targets: host-service
# walls: mount, landlock, seccomp
# danger: none
# runs: 1
# unsandboxed: cannot: the control has no terminal
import fcntl
proof = try_to_open(["/dev/tty", "/dev/console", "/dev/pts/0", "/dev/ptmx", "/dev/tty1"], os.O_RDWR) or ""
for descriptor in range(8):
    for request in (0x5412, 0x541c):
        try:
            fcntl.ioctl(descriptor, request, b"x")
            proof += f" {descriptor}"
        except OSError:
            pass
verdict(proof)

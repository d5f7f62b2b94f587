# id: res_memory_pipes
# class: resources
# goal: Memory of the kernel: full pipes and sockets.
# targets: resources
# walls: cgroup, rlimits
# danger: limit
# runs: 1
# unsandboxed: cannot: the control has no limit to pass
import socket
held = 0
ends = []
try:
    while True:
        if len(ends) % 4 == 0:
            reader, writer = os.pipe()
            ends += [reader, writer]
        else:
            one, other = socket.socketpair()
            ends += [one, other]
            writer = other.fileno()
        os.set_blocking(writer, False)
        try:
            while True:
                held += os.write(writer, bytes(65536))
        except BlockingIOError:
            pass
except OSError as error:
    pass
verdict(held > 128 << 20 and f"{held >> 20} MB in the kernel", f"{held >> 20} MB in the kernel")

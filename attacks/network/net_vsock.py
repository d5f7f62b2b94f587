# id: net_vsock
# class: network
# goal: The hypervisor, by a socket that no namespace holds.
# targets: host-service
# walls: seccomp
# danger: none
# runs: 1
# unsandboxed: escapes
import select
import socket
# A refusal by the other side means that it was reached; a kernel without a way there says that it has none.
proof, opened = [], []
for name, family, kind, address in (("the host", 40, 1, struct.pack("HHIIi", 40, 0, 1, 2, 0)), ("itself", 40, 1, struct.pack("HHIIi", 40, 0, 1, 1, 0)),
                                    ("the host, datagrams", 40, 2, struct.pack("HHIIi", 40, 0, 1, 2, 0)), ("hyper-v", 43, 1, None)):
    descriptor = call(41, family, kind | 0o4000, 0)
    if reached(descriptor):
        opened.append(f"{name} {descriptor}")
    if descriptor >= 0 and address:
        result = call(42, descriptor, buffer(16, address), 16)
        if result == -errno.EINPROGRESS and select.select([], [descriptor], [], 3)[1]:
            result = -socket.socket(fileno=descriptor).getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
        opened.append(f"connect {result}")
        if result >= 0 or -result in (errno.EINPROGRESS, errno.ECONNRESET, errno.ECONNREFUSED, errno.ETIMEDOUT):
            proof.append(f"{name} {result}")
verdict(", ".join(proof), exposure=", ".join(opened))

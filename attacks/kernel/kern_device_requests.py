# id: kern_device_requests
# class: kernel
# goal: Requests to devices by ioctl: terminals' input, asynchronous signals, the random device's pool, block sizes.
# targets: kernel
# walls: seccomp
# danger: none
# runs: 1
# unsandboxed: escapes
import fcntl
proof = []
for name in ("/dev/random", "/dev/null", "/dev/urandom", "/tmp", "/"):
    try:
        descriptor = os.open(name, os.O_RDONLY)
    except OSError:
        continue
    for request, value in ((0x5412, b"x"), (0x541c, b"\2"), (0x5452, struct.pack("i", 1)), (0x80045200, bytes(4)), (0x5204, bytes(4)),
                           (0x2, bytes(4)), (0x80086601, bytes(8)), (0xc0185879, bytes(24)), (0xb701, bytes(8)), (0x5603, bytes(8))):
        try:
            fcntl.ioctl(descriptor, request, value)
            proof.append(f"{name} {request:#x}")
        except OSError as error:
            if error.errno not in (errno.ENOTTY, errno.EPERM, errno.EACCES):
                proof.append(f"{name} {request:#x} {errno.errorcode[error.errno]}")
verdict(" ".join(proof[:4]))

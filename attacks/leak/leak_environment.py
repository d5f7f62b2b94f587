# id: leak_environment
# class: leak
# goal: Secrets of the service in the environment: os.environ, the C library's, the stack where the kernel put it.
# targets: host-service
# walls: none
# danger: none
# runs: 1
# unsandboxed: escapes
data = "\0".join(f"{name}={value}" for name, value in os.environ.items()).encode()
environ = ctypes.POINTER(ctypes.c_char_p).in_dll(LIBC, "environ")
index = 0
while environ and environ[index]:
    data += b"\0" + environ[index]
    index += 1
LIBC.getauxval.restype = ctypes.c_ulong
for key in (25, 31, 15):  # random bytes, the program's name, the platform: all at the stack's end
    address = LIBC.getauxval(ctypes.c_ulong(key))
    if address:
        page = address & ~4095
        for direction in (-1, 1):
            for further in range(32):  # as far as it is mapped: a system call says so without a fault
                here = page + direction * further * 4096
                ctypes.set_errno(0)
                if LIBC.access(ctypes.c_void_p(here), 0) == -1 and ctypes.get_errno() == errno.EFAULT:
                    break
                data += ctypes.string_at(here, 4096)
verdict(secrets_in(data) and "a secret of the service's environment", f"{len(data)} bytes without one")

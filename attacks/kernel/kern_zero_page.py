# id: kern_zero_page
# class: kernel
# goal: A page at address zero, for a kernel that follows null.
# targets: kernel
# walls: capabilities
# danger: none
# runs: 1
# unsandboxed: cannot: the control's addresses start higher, too
LIBC.mmap.restype = ctypes.c_void_p
LIBC.mmap.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int, ctypes.c_int, ctypes.c_int, ctypes.c_long]
address = LIBC.mmap(0, 4096, 3, 0x32, -1, 0)
verdict(address in (None, 0) and ctypes.get_errno() == 0 and "page zero", "refused")

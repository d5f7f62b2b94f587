# id: kern_huge_pages
# class: kernel
# goal: Take from the pool of huge pages.
# targets: resources
# walls: seccomp
# danger: none
# runs: 1
# unsandboxed: cannot: the pool of the host may be empty
LIBC.mmap.restype = ctypes.c_void_p
address = LIBC.mmap(None, ctypes.c_size_t(2 << 20), 3, 0x40022, -1, ctypes.c_long(0))
verdict(address not in (None, 2**64 - 1) and "a huge page", "refused")

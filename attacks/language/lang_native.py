# id: lang_native
# class: language
# goal: ctypes: native calls, without any built-in.
# targets: host-data
# walls: mount, landlock, seccomp
# danger: none
# runs: 1
# unsandboxed: escapes
data = buffer(4096)
descriptor = LIBC.open(TARGETS["file"].encode(), 0)
size = LIBC.read(descriptor, data, 4096) if descriptor >= 0 else 0
verdict(size > 0 and secrets_in(data.raw[:size]) and "read by the C library", f"open says {descriptor}")

# id: xreq_page_cache
# class: cross-request
# goal: See by the page cache which files the neighbours read: mincore, cachestat, reads that must not wait.
# targets: other-request
# walls: seccomp
# danger: none
# runs: 1
# unsandboxed: escapes
file = os.open("/usr/bin/env", os.O_RDONLY)
vector = buffer(16, struct.pack("QQ", ctypes.addressof(buffer(64)), 1))
try_calls([("mincore", 27, 0x10000, 4096, buffer(8)), ("preadv2", 327, file, vector, 1, 0, 0, 8), ("cachestat", 451, file, buffer(16), buffer(40), 0)])

# id: xreq_shared_memory
# class: cross-request
# goal: System V shared memory that outlives its program, and the host's.
# targets: other-request
# walls: ipc, seccomp
# danger: none
# runs: 2
# unsandboxed: escapes
LIBC.shmat.restype = ctypes.c_void_p
key = 0x50795275
proof = exposure = None
segment = call(29, TARGETS["shm"], 0, 0) if TARGETS["shm"] else -1
if segment >= 0:
    address = LIBC.shmat(segment, None, 0o10000)
    if address not in (None, 2**64 - 1) and secrets_in(ctypes.string_at(address, 64)):
        proof = "the host's segment"
segment = call(29, key, 4096, 0o1666 if RUN == 1 else 0)
if segment >= 0 and RUN == 1:
    exposure = "made a segment"
elif segment >= 0:
    proof = "the segment of run 1"
    call(31, segment, 0, None)
verdict(proof, exposure=exposure)

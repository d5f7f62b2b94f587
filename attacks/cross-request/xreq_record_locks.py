# id: xreq_record_locks
# class: cross-request
# goal: The same by fcntl's locks on parts of a file.
# targets: other-request
# walls: seccomp, own-user
# danger: none
# runs: 2-parallel
# unsandboxed: escapes
file = os.open("/usr/bin/env", os.O_RDONLY)
proof = None
result = call(72, file, 6, buffer(32, struct.pack("hhqqi", 0, 0, 7, 1, 0)))
deadline = time.monotonic() + 2
while result == 0 and time.monotonic() < deadline:
    other = buffer(32, struct.pack("hhqqi", 1, 0, 7, 1, 0))
    call(72, file, 5, other)
    if struct.unpack("hhqqi", other.raw[:28])[0] == 0:
        proof = "somebody else's lock was seen"
    time.sleep(0.05)
verdict(proof, result)

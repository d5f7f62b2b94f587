# id: chan_two_ends
# class: protocol
# goal: Two ends, the second with another exit code, and results around them.
# targets: self
# walls: gateway
# danger: none
# runs: 1
# request: {"timeout": 3}
# never: {"status": ["timeout", "memory_exceeded"]}
# unsandboxed: cannot: there is no channel
stopped("two ends")
sys.stdout.flush()
def frame(kind, payload=b""):
    return struct.pack("II", kind, len(payload)) + payload
def finished(code):
    return frame(5, struct.pack("<i", code) + struct.pack("<I", 0) * 2 + struct.pack("<i", 0) + b"\0\0" + struct.pack("<QQQ", 1, 1, 1))
os.write(3, frame(7, b"[1") + finished(0) + frame(7, b"]") + finished(3) + frame(4, bytes(20)) + finished(-1))

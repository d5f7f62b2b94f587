# id: chan_forged_end
# class: protocol
# goal: Tell the service, on its own channel, that the program has ended well, and go on.
# targets: self
# walls: gateway
# danger: none
# runs: 1
# request: {"timeout": 3}
# never: {"status": ["memory_exceeded"]}
# unsandboxed: cannot: there is no channel
stopped("forging what only concerns this program")
sys.stdout.flush()
def frame(kind, payload=b""):
    return struct.pack("II", kind, len(payload)) + payload
finished = struct.pack("<i", 0) + struct.pack("<I", 0) * 2 + struct.pack("<i", 0) + b"\0\0" + struct.pack("<QQQ", 1, 1, 1)
os.write(3, frame(5, finished))
os.closerange(1, 3)
time.sleep(30)

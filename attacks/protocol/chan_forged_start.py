# id: chan_forged_start
# class: protocol
# goal: Say that the sandbox is ready, once more and with everything in force; say that it failed.
# targets: host-service
# walls: gateway
# danger: none
# runs: 1
# request: {"timeout": 3}
# never: {"status": ["timeout", "memory_exceeded"]}
# unsandboxed: cannot: there is no channel
stopped("forged beginnings")
sys.stdout.flush()
def frame(kind, payload=b""):
    return struct.pack("II", kind, len(payload)) + payload
os.write(3, frame(1, struct.pack("<IQ", 0, 0)) + frame(1, struct.pack("<IQ", 0xffffffff, 2**63)) + frame(6) * 3 +
         frame(2, struct.pack("<I", 4) + b"step" + struct.pack("<iI", 1, 3) + b"why"))

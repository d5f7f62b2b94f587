# id: chan_every_descriptor
# class: protocol
# goal: Write a forged end to every descriptor that there might be.
# targets: host-service
# walls: gateway
# danger: none
# runs: 1
# request: {"timeout": 3}
# never: {"status": ["timeout", "memory_exceeded"]}
# unsandboxed: cannot: there is no channel
stopped("forged ends everywhere")
sys.stdout.flush()
word = struct.pack("<i", 0) + struct.pack("<I", 0) * 2 + struct.pack("<i", 0) + b"\0\0" + struct.pack("<QQQ", 1, 1, 1)
for descriptor in range(3, 1024):
    try:
        os.write(descriptor, struct.pack("II", 5, len(word)) + word)
    except OSError:
        pass

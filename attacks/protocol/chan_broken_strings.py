# id: chan_broken_strings
# class: protocol
# goal: A last word whose strings are longer than itself, negative, or not text.
# targets: host-service
# walls: gateway
# danger: none
# runs: 4
# request: {"timeout": 2}
# never: {"status": ["memory_exceeded"]}
# unsandboxed: cannot: there is no channel
stopped("broken strings")
sys.stdout.flush()
payload = (struct.pack("<iI", 0, 0xffffffff) + b"x", struct.pack("<iI", 0, 5) + b"\xff\0\xfe\n\x1b" + struct.pack("<I", 60000) + b"\xed" * 60000,
           b"", struct.pack("<iIIi", 0, 0, 0, -1) + b"\2\2" + b"\xff" * 24)[RUN - 1]
os.write(3, struct.pack("II", 5, len(payload)) + payload)

# id: chan_unknown_kinds
# class: protocol
# goal: Frames of kinds that do not exist.
# targets: host-service
# walls: gateway
# danger: none
# runs: 1
# request: {"timeout": 3}
# never: {"status": ["memory_exceeded"]}
# unsandboxed: cannot: there is no channel
stopped("unknown kinds")
sys.stdout.flush()
for kind in (0, 3, 8, 99, 0x7fffffff, 0xffffffff):
    os.write(3, struct.pack("II", kind, 4) + b"abcd")

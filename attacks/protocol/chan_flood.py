# id: chan_flood
# class: protocol
# goal: A million tiny frames.
# targets: host-service
# walls: gateway
# danger: none
# runs: 1
# request: {"timeout": 4}
# expect: {"status": ["error"]}
# unsandboxed: cannot: there is no channel
stopped("a flood")
sys.stdout.flush()
block = struct.pack("II", 6, 0) * 4096
while True:
    os.write(3, block)

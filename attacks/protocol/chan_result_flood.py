# id: chan_result_flood
# class: protocol
# goal: A result that nobody asked for, without end.
# targets: host-service
# walls: gateway
# danger: none
# runs: 1
# request: {"timeout": 4}
# expect: {"status": ["error"]}
# unsandboxed: cannot: there is no channel
stopped("a flood of results")
sys.stdout.flush()
block = struct.pack("II", 7, 60000) + b"[" * 60000
while True:
    os.write(3, block)

# id: chan_half_frame
# class: protocol
# goal: Half a frame, and then silence.
# targets: host-service
# walls: gateway
# danger: none
# runs: 1
# request: {"timeout": 2}
# expect: {"status": ["timeout"]}
# unsandboxed: cannot: there is no channel
stopped("half a frame")
sys.stdout.flush()
os.write(3, struct.pack("II", 5, 65536) + bytes(100))
time.sleep(60)

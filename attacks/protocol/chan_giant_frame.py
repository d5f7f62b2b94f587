# id: chan_giant_frame
# class: protocol
# goal: A frame that says it is four gigabytes long.
# targets: host-service
# walls: gateway
# danger: none
# runs: 1
# request: {"timeout": 3}
# expect: {"status": ["error"]}
# unsandboxed: cannot: there is no channel
stopped("a giant frame")
sys.stdout.flush()
os.write(3, struct.pack("II", 7, 0xffffffff) + bytes(60000))
time.sleep(30)

# id: chan_urgent
# class: protocol
# goal: Urgent data on the channel, which wakes readers that then find nothing.
# targets: host-service
# walls: gateway, seccomp
# danger: none
# runs: 1
# request: {"timeout": 2}
# never: {"status": ["memory_exceeded"]}
# unsandboxed: cannot: there is no channel
stopped("urgent data")
sys.stdout.flush()
for _ in range(1000):
    if call(44, 3, b"!", 1, 1 | 0x40, None, 0) < 0:
        break
time.sleep(0.5)

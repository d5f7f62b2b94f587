# id: chan_noise
# class: protocol
# goal: Random bytes.
# targets: host-service
# walls: gateway
# danger: none
# runs: 5
# request: {"timeout": 2}
# never: {"status": ["memory_exceeded"]}
# unsandboxed: cannot: there is no channel
stopped("noise")
sys.stdout.flush()
try:
    for _ in range(20):
        os.write(3, os.urandom(3000))
except OSError:
    pass

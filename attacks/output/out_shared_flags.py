# id: out_shared_flags
# class: output
# goal: Change flags and positions of the outputs that another end could share.
# targets: host-service
# walls: gateway
# danger: none
# runs: 1
# expect: {"status": ["success"]}
# unsandboxed: cannot: it is for the service
for descriptor in range(4):
    try:
        os.set_blocking(descriptor, False)
        os.lseek(descriptor, 0, 0)
        os.ftruncate(descriptor, 0)
    except OSError:
        pass
stopped("flags only")

# id: xreq_device_times
# class: cross-request
# goal: Leave a message in the times of a device node that all sandboxes share.
# targets: other-request
# walls: mount
# danger: none
# runs: 2
# unsandboxed: escapes
try:
    before = os.stat("/dev/full").st_mtime_ns
    os.utime("/dev/full")
    after = os.stat("/dev/full").st_mtime_ns
    verdict(before != after and "the time says that somebody was here")
except OSError as error:
    stopped(error)

# id: xreq_spy
# class: cross-request
# goal: See by inotify which libraries the neighbours open.
# targets: other-request
# walls: seccomp
# danger: none
# runs: 1
# unsandboxed: escapes
descriptor = call(294, 0o4000)
if descriptor < 0:
    stopped(f"inotify: {errno.errorcode.get(-descriptor)}")
else:
    verdict(call(254, descriptor, b"/usr/bin", 0x21) >= 0 and "watching /usr/bin")

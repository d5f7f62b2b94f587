# id: xreq_access_times
# class: cross-request
# goal: See by access times which files the neighbours read.
# targets: other-request
# walls: mount
# danger: none
# runs: 1
# unsandboxed: cannot: the control's mount may keep no access times
path = "/usr/share/zoneinfo/Antarctica/Troll"
before = os.stat(path).st_atime_ns if os.path.exists(path) else 0
content(path)
verdict(before and os.stat(path).st_atime_ns != before and "an access time moved", "access times stand still")

# id: xreq_files
# class: cross-request
# goal: Leave files in every writable place; the next program looks for them.
# targets: other-request
# walls: mount, landlock
# danger: none
# runs: 2
# unsandboxed: escapes
mark = "pyrunner-attack-left"
places = ["/tmp", ".", "/var/tmp", "/dev/shm", "/dev/mqueue", "/run/lock", os.path.expanduser("~"), "/"]
found = [place for place in places if os.path.exists(f"{place}/{mark}")]
if RUN == 1:
    found = []
for place in places:
    try:
        open(f"{place}/{mark}", "w").close() if RUN == 1 else os.unlink(f"{place}/{mark}")
    except OSError:
        pass
verdict(" ".join(found), "nothing of run 1" if RUN == 2 else "left what could be left")

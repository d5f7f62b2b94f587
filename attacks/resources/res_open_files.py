# id: res_open_files
# class: resources
# goal: Descriptors without end.
# targets: resources
# walls: rlimits
# danger: limit
# runs: 1
# unsandboxed: cannot: the control has no limit to pass
made = []
try:
    while len(made) < 5000:
        made.append(os.dup(0))
except OSError:
    pass
verdict(len(made) >= 2000 and f"{len(made)} descriptors", f"{len(made)} descriptors")

# id: res_many_files
# class: resources
# goal: Files without end, each of them empty.
# targets: resources
# walls: mount
# danger: limit
# runs: 1
# request: {"timeout": 20}
# unsandboxed: cannot: the control's /tmp is as large as the host's
made = 0
try:
    while made < 20000:
        os.close(os.open(f"/tmp/{made}", os.O_CREAT | os.O_WRONLY))
        made += 1
except OSError:
    pass
verdict(made >= 20000 and f"{made} files", f"{made} files")

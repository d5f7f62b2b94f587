# id: res_deep_folders
# class: resources
# goal: Folders in folders, deeper than any path may be long: for whoever clears up by walking.
# targets: host-service
# walls: mount
# danger: limit
# runs: 1
# request: {"timeout": 20}
# unsandboxed: cannot: it would be left in the control's /tmp
depth = 0
try:
    while depth < 3000:
        os.mkdir("d" * 200)
        os.chdir("d" * 200)
        depth += 1
except OSError:
    pass
stopped(f"{depth} deep; the service must clear them and live")

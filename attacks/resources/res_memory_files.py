# id: res_memory_files
# class: resources
# goal: Fill the scratch directory, which is the host's memory.
# targets: resources
# walls: cgroup, mount
# danger: limit
# runs: 1
# request: {"memory_limit": 2048}
# unsandboxed: cannot: the control's /tmp is as large as the host's
total = 0
try:
    with open("/tmp/large", "wb") as file:
        while total < 300:
            file.write(bytes(1 << 20))
            total += 1
except OSError as error:
    stopped(f"after {total} MB: {error}")
verdict(total >= 300 and "300 MB of scratch")

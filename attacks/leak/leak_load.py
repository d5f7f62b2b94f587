# id: leak_load
# class: leak
# goal: How busy the host is: load, memory, processors' times, uptime.
# targets: host-facts
# walls: mount, landlock, seccomp
# danger: none
# runs: 1
# unsandboxed: escapes
found = [path for path in ("/proc/loadavg", "/proc/meminfo", "/proc/stat", "/proc/uptime", "/proc/vmstat", "/sys/devices/system/cpu/online", "/proc/pressure/cpu")
         if content(path)]
try:
    found.append(f"load {os.getloadavg()}")
except OSError:
    pass
if call(99, buffer(128)) == 0:
    found.append("sysinfo")
verdict(", ".join(found))

# id: leak_machine
# class: leak
# goal: What the machine is: its identity, its host name, its hardware.
# targets: host-data
# walls: mount, landlock, uts
# danger: none
# runs: 1
# unsandboxed: escapes
found = [path for path in ("/etc/machine-id", "/var/lib/dbus/machine-id", "/etc/hostname", "/sys/class/dmi/id/product_uuid", "/proc/cpuinfo",
                           "/proc/sys/kernel/random/boot_id", "/etc/fstab", "/etc/resolv.conf", "/etc/hosts") if content(path)]
# Without a namespace for it the container's own name shows, which is no machine's.
if os.uname().nodename == TARGETS["hostname"] and TARGETS.get("level") != "container":
    found.append("the host's name")
verdict(", ".join(found))

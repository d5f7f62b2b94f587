# id: leak_machine
# class: leak
# goal: What the machine is: its identity, its hardware.
# targets: host-data
# walls: mount, landlock
# danger: none
# runs: 1
# unsandboxed: escapes
found = [path for path in ("/etc/machine-id", "/var/lib/dbus/machine-id", "/etc/hostname", "/sys/class/dmi/id/product_uuid", "/proc/cpuinfo",
                           "/proc/sys/kernel/random/boot_id", "/etc/fstab", "/etc/resolv.conf", "/etc/hosts") if content(path)]
verdict(", ".join(found))

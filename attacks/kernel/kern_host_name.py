# id: kern_host_name
# class: kernel
# goal: Another name for the host.
# targets: host-data
# walls: uts, capabilities, seccomp
# danger: none
# runs: 1
# unsandboxed: escapes
try_calls([("sethostname", 170, b"attack", 6), ("setdomainname", 171, b"attack", 6)])

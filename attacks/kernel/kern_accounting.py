# id: kern_accounting
# class: kernel
# goal: Swap, quotas, process accounting, the terminal of others.
# targets: kernel
# walls: capabilities, seccomp
# danger: none
# runs: 5
# unsandboxed: escapes
calls = [("swapon", 167, b"/nowhere", 0), ("swapoff", 168, b"/nowhere"), ("quotactl", 179, 0x80000100, None, 0, None), ("acct", 163, b"/nowhere"), ("vhangup", 153)]
try_calls([calls[RUN - 1]])

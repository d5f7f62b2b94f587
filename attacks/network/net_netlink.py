# id: net_netlink
# class: network
# goal: Routes, events and the audit trail by netlink.
# targets: kernel
# walls: network, seccomp
# danger: none
# runs: 1
# unsandboxed: escapes
try_calls([(f"netlink {protocol}", 41, 16, 3, protocol) for protocol in (0, 2, 9, 12, 15, 16)])

# id: net_vsock
# class: network
# goal: The hypervisor, by a socket that no namespace holds.
# targets: host-service
# walls: seccomp
# danger: none
# runs: 1
# unsandboxed: escapes
try_calls([("vsock", 41, 40, 1, 0), ("vsock datagram", 41, 40, 2, 0), ("hyper-v", 41, 43, 1, 0)])

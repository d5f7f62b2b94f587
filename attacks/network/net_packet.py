# id: net_packet
# class: network
# goal: Read what passes the network cards.
# targets: host-service
# walls: network, capabilities, seccomp
# danger: none
# runs: 1
# unsandboxed: escapes
try_calls([("packet", 41, 17, 3, 0x300), ("packet datagram", 41, 17, 2, 0x300), ("xdp", 41, 44, 3, 0)])

# id: net_interfaces
# class: network
# goal: The host's network cards and their addresses.
# targets: host-data
# walls: network, mount, seccomp
# danger: none
# runs: 1
# unsandboxed: escapes
import socket
proof = []
try:
    proof = [name for _, name in socket.if_nameindex()]
except OSError:
    pass
try:
    proof += os.listdir("/sys/class/net")
except OSError:
    pass
proof += content("/proc/net/dev").decode().split()[:3] + content("/proc/net/tcp").decode().split()[:3]
# Every network namespace has a loopback of its own.
verdict(" ".join([name for name in proof if name != "lo"][:5]), exposure=" ".join(proof[:5]))

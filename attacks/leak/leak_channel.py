# id: leak_channel
# class: leak
# goal: Read the service's channel: the program was sent on it, perhaps something else is.
# targets: other-request
# walls: none
# danger: none
# runs: 1
# unsandboxed: cannot: the control has no channel
import fcntl
import select
data = b""
for descriptor in range(3, 64):
    try:
        if select.select([descriptor], [], [], 0)[0]:
            data += os.read(descriptor, 65536)
    except (OSError, ValueError):
        pass
verdict(data and f"{len(data)} bytes", "nothing to read")

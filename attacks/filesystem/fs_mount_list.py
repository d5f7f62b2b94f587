# id: fs_mount_list
# class: filesystem
# goal: Learn the host's mounts by statmount and listmount, without /proc.
# targets: kernel
# walls: seccomp
# danger: none
# runs: 1
# unsandboxed: escapes
ids = (ctypes.c_uint64 * 512)()
found = call(458, buffer(32, struct.pack("IIQQQ", 32, 0, 0xffffffffffffffff, 0, 0)), ids, 512, 0)
places = []
for number in list(ids)[:max(found, 0)]:
    answer = buffer(8192)
    if call(457, buffer(32, struct.pack("IIQQQ", 32, 0, number, 0x10, 0)), answer, 8192, 0) == 0:
        start = 512 + struct.unpack_from("I", answer.raw, 108)[0]
        places.append(answer.raw[start:answer.raw.index(b"\0", start)].decode(errors="replace"))
# What a sandbox has mounted itself is no secret of the host.
theirs = [place for place in places if not re.fullmatch(r"/|/usr(/.*)?|/tmp|/dev/(null|zero|full|u?random)", place)]
verdict(" ".join(theirs[:5]), f"listmount {found}", reached(found) and f"listmount {found}: " + " ".join(places[:12]))

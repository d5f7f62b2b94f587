# id: xreq_descriptors
# class: cross-request
# goal: Descriptors that were forgotten: sockets of other clients, directories of the host, pipes of the neighbours.
# targets: other-request
# walls: mount, seccomp
# danger: none
# runs: 1
# unsandboxed: cannot: the control hands nothing down
import stat
found = []
for descriptor in range(1024):
    try:
        status = os.fstat(descriptor)
    except OSError:
        continue
    kind = stat.S_IFMT(status.st_mode)
    expected = {0: (stat.S_IFCHR, stat.S_IFREG, stat.S_IFIFO), 1: (stat.S_IFIFO,), 2: (stat.S_IFIFO,), 3: (stat.S_IFSOCK,)}
    if kind not in expected.get(descriptor, ()):
        found.append(f"{descriptor}: {kind:o}")
verdict(", ".join(found), "the four that belong here")

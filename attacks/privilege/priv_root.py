# id: priv_root
# class: privilege
# goal: Become root, by each call that changes a user or a group.
# targets: self
# walls: capabilities, user, seccomp
# danger: none
# runs: 1
# unsandboxed: escapes
proof = []
for name, act in (("setuid", lambda: os.setuid(0)), ("seteuid", lambda: os.seteuid(0)), ("setreuid", lambda: os.setreuid(0, 0)),
                  ("setresuid", lambda: os.setresuid(0, 0, 0)), ("setgid", lambda: os.setgid(0)), ("setegid", lambda: os.setegid(0)),
                  ("setresgid", lambda: os.setresgid(0, 0, 0)), ("setgroups", lambda: os.setgroups([0])), ("initgroups", lambda: os.initgroups("root", 0))):
    try:
        act()
        proof.append(name)
    except OSError:
        pass
for name, number in (("setfsuid", 122), ("setfsgid", 123)):
    call(number, 0)
    if call(number, 0) == 0:
        proof.append(name)
verdict(" ".join(proof))

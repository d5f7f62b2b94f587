# id: fs_exchange_directories
# class: filesystem
# goal: Swap, rename and remove the directories that the sandbox is made of.
# targets: other-request
# walls: mount, landlock, own-user
# danger: none
# runs: 1
# unsandboxed: cannot: it would take the control's own root apart
proof = []
for number, arguments in ((316, (-100, b"/tmp", -100, b"/etc", 2)), (82, (b"/etc", b"/tmp/etc")), (84, (b"/tmp",)),
                          (82, (b"/usr", b"/tmp/usr")), (87, (b"/etc/passwd",)), (87, (b"/dev/null",))):
    if call(number, *arguments) == 0:
        proof.append(str(number))
verdict(" ".join(proof))

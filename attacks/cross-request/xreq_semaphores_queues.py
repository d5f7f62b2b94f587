# id: xreq_semaphores_queues
# class: cross-request
# goal: System V semaphores and message queues.
# targets: other-request
# walls: ipc, seccomp
# danger: none
# runs: 2
# unsandboxed: escapes
# Run 1 leaves what run 2 looks for.
made, found = [], []
for name, number, control, arguments in (("semaphore", 64, 66, (1,)), ("queue", 68, 71, ())):
    if RUN == 1 and call(number, 0x50795276, *arguments, 0o1666) >= 0:
        made.append(name)
    if RUN == 2:
        identity = call(number, 0x50795276, *arguments, 0)
        if identity >= 0:
            found.append(name)
            call(control, identity, 0, 0, None)
        elif reached(identity):
            made.append(f"{name} {identity}")
verdict(found and f"of run 1: {found}", exposure=" ".join(made))

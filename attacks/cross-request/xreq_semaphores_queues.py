# id: xreq_semaphores_queues
# class: cross-request
# goal: System V semaphores and message queues.
# targets: other-request
# walls: ipc, seccomp
# danger: none
# runs: 1
# unsandboxed: escapes
try_calls([("semget", 64, 0x50795276, 1, 0o600), ("msgget", 68, 0x50795276, 0o600), ("semget 2", 64, 0x50795276, 1, 0o1600), ("msgget 2", 68, 0x50795276, 0o1600)])
for number, control, key in ((64, 66, 1), (68, 71, 0)):
    identity = call(number, 0x50795276, *((1, 0) if key else (0,)))
    if identity >= 0:
        call(control, identity, 0, 0, 0) if control == 71 else call(control, identity, 0, 0, None)

# id: xreq_posix_queues
# class: cross-request
# goal: POSIX message queues, which have no file.
# targets: other-request
# walls: ipc, seccomp
# danger: none
# runs: 2
# unsandboxed: escapes
descriptor = call(240, b"pyrunner-attack", 0o102 if RUN == 1 else 0o2, 0o666, None)
if RUN == 2:
    call(241, b"pyrunner-attack")
verdict(descriptor >= 0 and ("made a queue" if RUN == 1 else "the queue of run 1"), descriptor)

# id: kern_file_events
# class: kernel
# goal: Watch what others do with files: fanotify, inotify, fcntl's notifications.
# targets: other-request
# walls: seccomp, capabilities
# danger: none
# runs: 2
# unsandboxed: escapes
import fcntl
if RUN == 1:
    proof = call(294, 0) >= 0 and "inotify"
    try:
        fcntl.fcntl(os.open("/usr", os.O_RDONLY), fcntl.F_NOTIFY, fcntl.DN_ACCESS)
        proof = "notifications"
    except OSError:
        pass
    verdict(proof)
else:
    try_calls([("fanotify_init", 300, 0, 0)])

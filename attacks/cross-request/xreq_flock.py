# id: xreq_flock
# class: cross-request
# goal: Two programs tell each other bits by locks on a file that both can read.
# targets: other-request
# walls: seccomp
# danger: none
# runs: 2-parallel
# unsandboxed: escapes
import fcntl
file = os.open("/usr/bin/env", os.O_RDONLY)
deadline = time.monotonic() + 2
proof = None
while not proof and time.monotonic() < deadline:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        time.sleep(0.05 * RUN)
        fcntl.flock(file, fcntl.LOCK_UN)
    except BlockingIOError:
        proof = "somebody else's lock was seen"
    except OSError as error:
        stopped(error)
        sys.exit()
verdict(proof)

# id: xreq_keyring
# class: cross-request
# goal: The kernel's keyrings: leave a key, look for keys of others.
# targets: other-request
# walls: seccomp, own-user
# danger: none
# runs: 3
# unsandboxed: escapes
calls = [("add_key", 248, b"user", b"pyrunner-attack", b"x", 1, -4), ("request_key", 249, b"user", b"pyrunner-attack", None, -4), ("keyctl", 250, 0, -4, 0)]
try_calls([calls[RUN - 1]])

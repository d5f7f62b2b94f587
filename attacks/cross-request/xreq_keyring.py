# id: xreq_keyring
# class: cross-request
# goal: The kernel's keyrings: leave a key, look for keys of others.
# targets: other-request
# walls: seccomp, own-user, user
# danger: none
# runs: 3
# unsandboxed: escapes
# A key of its own that nobody else finds does no harm: the keyrings belong to a user in a user namespace.
calls = [("add_key", 248, b"user", b"pyrunner-attack", b"x", 1, -4), ("request_key", 249, b"user", b"pyrunner-attack", None, -4), ("keyctl", 250, 0, -4, 0)]
try_calls([calls[RUN - 1]], harmless=("add_key", "keyctl"))

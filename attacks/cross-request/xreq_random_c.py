# id: xreq_random_c
# class: cross-request
# goal: Two programs draw the same from the C library, whose seed a fork inherits.
# targets: other-request
# walls: none
# danger: none
# runs: 2-compare
# accepted: rand() has the same seed in every process that never sets one
# unsandboxed: cannot: a fresh process has the same seed always
print("FINGERPRINT", LIBC.rand(), LIBC.random())

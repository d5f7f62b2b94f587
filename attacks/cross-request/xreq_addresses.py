# id: xreq_addresses
# class: cross-request
# goal: Two programs of one zygote have the same addresses.
# targets: other-request
# walls: none
# danger: none
# runs: 2-compare
# accepted: what forks of one zygote share until it is renewed
# unsandboxed: cannot: the control's differ
print("FINGERPRINT", hex(ctypes.cast(LIBC.getpid, ctypes.c_void_p).value))

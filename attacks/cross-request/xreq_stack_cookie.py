# id: xreq_stack_cookie
# class: cross-request
# goal: Two programs of one zygote have the same stack cookie.
# targets: other-request
# walls: none
# danger: none
# runs: 2-compare
# accepted: what forks of one zygote share until it is renewed
# unsandboxed: cannot: the control's differ
LIBC.getauxval.restype = ctypes.c_ulong
address = LIBC.getauxval(ctypes.c_ulong(25))
print("FINGERPRINT", ctypes.string_at(address, 16).hex() if address else "none")

# id: xreq_hash_seed
# class: cross-request
# goal: Two programs of one zygote hash strings alike.
# targets: other-request
# walls: none
# danger: none
# runs: 2-compare
# accepted: what forks of one zygote share until it is renewed
# unsandboxed: cannot: the control's differ
print("FINGERPRINT", hash("pyrunner"), hash(b"attack"))

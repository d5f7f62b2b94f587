# id: priv_own_landlock
# class: privilege
# goal: Undo Landlock by another ruleset, or see whether it is there to be confused.
# targets: kernel
# walls: seccomp
# danger: none
# runs: 1
# unsandboxed: escapes
attributes = buffer(8, struct.pack("Q", 1))
try_calls([("version", 444, None, 0, 1), ("ruleset", 444, attributes, 8, 0), ("restrict", 446, -1, 0)])

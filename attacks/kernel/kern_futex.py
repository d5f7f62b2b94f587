# id: kern_futex
# class: kernel
# goal: The kinds of futex that exploits used: priority inheritance, requeueing, waiting for several.
# targets: kernel
# walls: seccomp
# danger: none
# runs: 1
# unsandboxed: escapes
word = buffer(4)
try_calls([("trylock", 202, word, 8, 0, None, None, 0), ("lock", 202, word, 6, 0, None, None, 0), ("requeue", 202, word, 12, 0, None, word, 0),
           ("waitv", 449, None, 0, 0, None, 0), ("wake", 454, word, 1, 1, 2)])

# id: kern_other_calls
# class: kernel
# goal: The system calls of x32, whose numbers a filter may have forgotten.
# targets: kernel
# walls: seccomp
# danger: none
# runs: 1
# unsandboxed: cannot: the kernel may be built without them
result = call(0x40000000 | 39)
verdict(result > 0 and "x32 answers", result)

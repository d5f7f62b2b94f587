# id: kern_absurd_calls
# class: kernel
# goal: System calls that no kernel has, and the numbers between and beyond the real ones.
# targets: kernel
# walls: seccomp
# danger: none
# runs: 1
# unsandboxed: cannot: no kernel has them
proof = [str(number) for number in (335, 336, 387, 400, 423, 500, 511, 512, 547, 1000, 0x7fffffff, 0xffffffff)
         if reached(call(number, 0, 0, 0, 0, 0, 0))]
verdict(" ".join(proof))

# id: kern_absurd_calls
# class: kernel
# goal: System calls that no kernel has, and the numbers between and beyond the real ones.
# targets: kernel
# walls: seccomp
# danger: none
# runs: 11
# unsandboxed: cannot: no kernel has them
number = (337, 387, 400, 423, 500, 511, 512, 547, 1000, 0x7fffffff, 0xffffffff)[RUN - 1]
result = call(number, 0, 0, 0, 0, 0, 0)
verdict(reached(result) and f"{number} answers {result}", result)

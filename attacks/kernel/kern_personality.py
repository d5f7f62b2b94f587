# id: kern_personality
# class: kernel
# goal: personality: no random addresses, what is readable is executable, a page at zero.
# targets: self
# walls: seccomp
# danger: none
# runs: 1
# unsandboxed: escapes
result = call(135, 0x0440000)
verdict(result >= 0 and "set", result)

# id: lang_lambdify
# class: language
# goal: sympy compiles text.
# targets: host-data
# walls: mount, landlock, seccomp
# danger: none
# runs: 1
# unsandboxed: escapes
import sympy
power(sympy.sympify("__import__('os')"))

# id: lang_doctest
# class: language
# goal: Functions of the library that run text: timeit, doctest, profile, code.
# targets: host-data
# walls: mount, landlock, seccomp
# danger: none
# runs: 1
# unsandboxed: escapes
import timeit
box = []
timeit.timeit("box.append(__import__('os'))", number=1, globals={"box": box})
power(box[0])

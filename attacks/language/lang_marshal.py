# id: lang_marshal
# class: language
# goal: Code from marshal's bytes, which no checker reads.
# targets: host-data
# walls: mount, landlock, seccomp
# danger: none
# runs: 1
# unsandboxed: escapes
import marshal
code = marshal.loads(marshal.dumps(compile("import os as found", "x", "exec")))
space = {}
exec(code, space)
power(space["found"])

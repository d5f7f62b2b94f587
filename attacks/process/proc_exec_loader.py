# id: proc_exec_loader
# class: process
# goal: Execute by way of the dynamic loader, and by execveat.
# targets: self
# walls: landlock, seccomp
# danger: none
# runs: 1
# unsandboxed: escapes
arguments = (ctypes.c_char_p * 4)(b"ld", b"/usr/bin/env", b"true", None)
nothing = (ctypes.c_char_p * 1)(None)
try_calls([("execveat nowhere", 322, -100, b"/nowhere", arguments, nothing, 0), ("execve nowhere", 59, b"/nowhere", arguments, nothing)])

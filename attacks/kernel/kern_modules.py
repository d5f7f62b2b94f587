# id: kern_modules
# class: kernel
# goal: Load and unload kernel modules; another kernel; restart.
# targets: kernel
# walls: capabilities, seccomp
# danger: none
# runs: 6
# unsandboxed: cannot: the control lacks the capabilities, on purpose
calls = [("init_module", 175, None, 0, b""), ("finit_module", 313, -1, b"", 0), ("delete_module", 176, b"pyrunner-attack", 0o4000),
         ("kexec_load", 246, 0, 0, None, 0xffff), ("kexec_file_load", 320, -1, -1, 0, b"", 0), ("reboot", 169, 0, 0, 0, None)]
try_calls([calls[RUN - 1]])

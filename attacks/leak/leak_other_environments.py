# id: leak_other_environments
# class: leak
# goal: The environment and command line of other processes.
# targets: other-process
# walls: pid, mount, landlock, own-user
# danger: none
# runs: 1
# unsandboxed: escapes
try_to_read(*(f"/proc/{pid}/{name}" for pid in [TARGETS["pid"], os.getppid(), *range(1, 300)] for name in ("environ", "cmdline")))

# id: fs_proc_root
# class: filesystem
# goal: The host's root through /proc/PID/root and /proc/PID/cwd.
# targets: host-data
# walls: mount, landlock, pid, own-user
# danger: none
# runs: 1
# unsandboxed: escapes
target = TARGETS["file"]
try_to_read(*(f"/proc/{pid}/{link}{target}" for pid in ["self", "thread-self", TARGETS["pid"], *range(1, 400)]
              for link in ("root", "cwd/../../../..")))

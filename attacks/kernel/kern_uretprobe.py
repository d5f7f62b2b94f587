# id: kern_uretprobe
# class: kernel
# goal: The two system calls that Linux lets past every filter, for probes: outside of a probe they must be a fault.
# targets: kernel
# walls: none
# danger: none
# runs: 2
# unsandboxed: cannot: they are a fault there, too
stopped("a fault follows")
sys.stdout.flush()
result = call((335, 336)[RUN - 1], 0, 0, 0, 0, 0, 0)
if result >= 0:
    escaped(f"it answers {result}")

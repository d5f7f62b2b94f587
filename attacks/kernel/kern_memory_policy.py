# id: kern_memory_policy
# class: kernel
# goal: Move pages between nodes.
# targets: kernel
# walls: seccomp
# danger: none
# runs: 1
# unsandboxed: escapes
try_calls([("mbind", 237, 0, 0, 0, None, 0, 0), ("set_mempolicy", 238, 0, None, 0), ("migrate_pages", 256, 0, 0, None, None),
           ("move_pages", 279, 0, 0, None, None, None, 0), ("home_node", 450, 0, 0, 0, 0)])

# id: fs_own_memory_file
# class: filesystem
# goal: Write the own read-only memory, and the service's program, through /proc/self.
# targets: self
# walls: mount, landlock
# danger: none
# runs: 1
# unsandboxed: escapes
verdict(try_to_open(["/proc/self/mem", "/proc/1/mem", "/proc/self/clear_refs"], os.O_RDWR) or
        try_to_open(["/proc/self/exe", "/proc/self/maps"], os.O_RDONLY), "no /proc/self")

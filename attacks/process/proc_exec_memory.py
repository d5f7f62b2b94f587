# id: proc_exec_memory
# class: process
# goal: Execute a program that lies in memory only.
# targets: self
# walls: seccomp
# danger: none
# runs: 1
# unsandboxed: escapes
descriptor = call(319, b"attack", 0)
if descriptor < 0:
    stopped(f"memfd_create: {errno.errorcode.get(-descriptor)}")
else:
    os.write(descriptor, b"#!/bin/sh\nexit 0\n")
    escaped("there is a file in memory to execute")

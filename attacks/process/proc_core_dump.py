# id: proc_core_dump
# class: process
# goal: A core file on the host, by a crash.
# targets: host-data
# walls: rlimits, own-user, mount
# danger: none
# runs: 1
# unsandboxed: escapes
import resource
soft, hard = resource.getrlimit(resource.RLIMIT_CORE)
try:
    resource.setrlimit(resource.RLIMIT_CORE, (hard or 1 << 20, hard or 1 << 20))
    verdict(resource.getrlimit(resource.RLIMIT_CORE)[0] and call(157, 3, 0, 0, 0, 0) == 1 and "a core would be written",
            "no core, or not dumpable")
except (OSError, ValueError) as error:
    stopped(error)

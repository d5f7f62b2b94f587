# id: kern_clock
# class: kernel
# goal: Set the host's clock. The values are impossible ones, so that nobody's clock moves.
# targets: host-data
# walls: capabilities, seccomp
# danger: none
# runs: 1
# unsandboxed: cannot: the control lacks the capability, on purpose
wrong = buffer(16, struct.pack("qq", 0, 1 << 40))
# Without a value settimeofday only asks whether it might.
try_calls([("permission", 164, None, None), ("clock_settime", 227, 0, wrong), ("settimeofday", 164, wrong, None), ("clock_adjtime", 305, 0, buffer(208, struct.pack("I", 0x8000))),
           ("adjtimex", 159, buffer(208, struct.pack("I", 0x8000)))])

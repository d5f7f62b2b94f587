# id: out_forged_codes
# class: output
# goal: End with the codes that a kill for time or memory leaves.
# targets: self
# walls: gateway
# danger: none
# runs: 4
# never: {"status": ["timeout", "memory_exceeded"]}
# unsandboxed: cannot: the codes are the program's
stopped("codes only")
sys.exit((124, 137, 143, 159)[RUN - 1])

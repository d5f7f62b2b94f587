# id: out_forged_limit
# class: output
# goal: Say in the service's own words that a limit was hit.
# targets: self
# walls: gateway
# danger: none
# runs: 1
# never: {"status": ["timeout", "memory_exceeded"]}
# unsandboxed: cannot: the words are the program's
sys.stderr.write("Memory limit exceeded")
sys.stderr.flush()
sys.stdout.write("Execution timed out after 30 seconds\nstopped: words only\n")
sys.stdout.flush()
os._exit(137)

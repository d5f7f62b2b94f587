# id: chan_swap
# class: protocol
# goal: Let the outputs flow into the channel and the channel be an output.
# targets: host-service
# walls: gateway
# danger: none
# runs: 1
# request: {"timeout": 2}
# never: {"status": ["memory_exceeded"]}
# unsandboxed: cannot: there is no channel
stopped("swapping")
sys.stdout.flush()
keep = os.dup(3)
os.dup2(1, 3)
os.dup2(keep, 1)
os.dup2(keep, 2)
print("this goes to the channel " * 1000)
raise ValueError("and this, too")

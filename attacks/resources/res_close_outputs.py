# id: res_close_outputs
# class: resources
# goal: Close all outputs and go on: their end is not the program's.
# targets: resources
# walls: gateway
# danger: limit
# runs: 1
# request: {"timeout": 1}
# expect: {"status": ["timeout", "error"]}
# unsandboxed: cannot: it has no end
os.closerange(0, 64)
time.sleep(60)

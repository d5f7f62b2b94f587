# id: res_close_streams
# class: resources
# goal: Close the two outputs only, keep the channel, and wait.
# targets: resources
# walls: gateway
# danger: limit
# runs: 1
# request: {"timeout": 1}
# expect: {"status": ["timeout"]}
# unsandboxed: cannot: it has no end
os.close(1)
os.close(2)
time.sleep(60)

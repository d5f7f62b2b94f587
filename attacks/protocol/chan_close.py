# id: chan_close
# class: protocol
# goal: Close the channel and go on.
# targets: host-service
# walls: gateway
# danger: none
# runs: 1
# request: {"timeout": 2}
# unsandboxed: cannot: there is no channel
stopped("the channel is closed")
sys.stdout.flush()
os.close(3)
time.sleep(0.3)

# id: chan_forged_refusal
# class: protocol
# goal: Refuse oneself, in the policy's name, at a place that does not exist.
# targets: self
# walls: gateway
# danger: none
# runs: 1
# request: {"timeout": 3}
# never: {"status": ["timeout", "memory_exceeded"]}
# unsandboxed: cannot: there is no channel
stopped("a forged refusal")
sys.stdout.flush()
reason = b"\xff\0\x1b" * 1000
os.write(3, struct.pack("II", 4, 1 + 4 + len(reason) + 8) + b"\0" + struct.pack("<I", len(reason)) + reason + struct.pack("<ii", -1, 2**31 - 1))
time.sleep(0.2)

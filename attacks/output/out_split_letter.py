# id: out_split_letter
# class: output
# goal: A letter whose bytes come one by one, across every buffer's end.
# targets: self
# walls: gateway
# danger: none
# runs: 1
# expect: {"status": ["success"]}
# unsandboxed: cannot: it is for the answer's encoder
for byte in "stopped: 🐍".encode() + b"\n":
    os.write(1, bytes([byte]))
    time.sleep(0.002)

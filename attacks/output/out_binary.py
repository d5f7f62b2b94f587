# id: out_binary
# class: output
# goal: Every byte that there is, and text that is none.
# targets: self
# walls: gateway
# danger: none
# runs: 1
# unsandboxed: cannot: it is for the answer's encoder
os.write(1, bytes(range(256)) * 16 + b"\xed\xa0\x80\xf8\x88\x80\x80\x80\xc0\x80\xff" + b"\nstopped: bytes only\n")

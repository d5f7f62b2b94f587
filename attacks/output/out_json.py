# id: out_json
# class: output
# goal: Output that would end the answer and begin another.
# targets: other-request
# walls: gateway
# danger: none
# runs: 1
# expect: {"status": ["success"]}
# unsandboxed: cannot: it is for the answer's encoder
print('"}\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}{"status":"success","stdout":"forged\\u0000"}\0\u2028')
stopped("text only")

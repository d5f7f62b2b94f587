# id: res_output
# class: resources
# goal: Output without end.
# targets: resources
# walls: gateway
# danger: limit
# runs: 1
# request: {"timeout": 10}
# expect: {"error": ["Output limit exceeded"]}
# unsandboxed: cannot: it has no end
while True:
    os.write(1, b"x" * 65536)

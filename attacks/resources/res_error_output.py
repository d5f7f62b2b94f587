# id: res_error_output
# class: resources
# goal: Output without end to the other stream, in single bytes and lines.
# targets: resources
# walls: gateway
# danger: limit
# runs: 1
# request: {"timeout": 2}
# expect: {"status": ["timeout", "error"]}
# unsandboxed: cannot: it has no end
line = b"\n" * 4096
while True:
    os.write(2, line)

# id: res_regular_expression
# class: resources
# goal: A regular expression that tries everything.
# targets: resources
# walls: gateway
# danger: limit
# runs: 1
# request: {"timeout": 1}
# expect: {"status": ["timeout"]}
# unsandboxed: cannot: it has no end
re.match("(a+)+$", "a" * 64 + "b")

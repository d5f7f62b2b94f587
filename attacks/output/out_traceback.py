# id: out_traceback
# class: output
# goal: A traceback of a hundred thousand frames, in a chain of exceptions.
# targets: self
# walls: gateway
# danger: none
# runs: 1
# request: {"timeout": 20}
# expect: {"status": ["error"]}
# unsandboxed: cannot: it is for the service's last line
stopped("a long traceback follows")
sys.setrecursionlimit(20000)
error = None
for index in range(2000):
    try:
        raise ValueError("x" * 1000) from error
    except ValueError as caught:
        error = caught
raise error

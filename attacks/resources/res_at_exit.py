# id: res_at_exit
# class: resources
# goal: Go on after the end: atexit, __del__, a generator that will not close.
# targets: resources
# walls: gateway
# danger: limit
# runs: 1
# request: {"timeout": 1}
# expect: {"status": ["timeout"]}
# unsandboxed: cannot: it has no end
import atexit
class Late:
    def __del__(self):
        while True:
            pass
late = Late()
@atexit.register
def forever():
    while True:
        pass

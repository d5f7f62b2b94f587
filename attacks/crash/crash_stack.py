# id: crash_stack
# class: crash
# goal: Use up the stack, in Python and in C.
# targets: host-service
# walls: gateway
# danger: none
# runs: 2
# request: {"timeout": 3, "memory_limit": 128}
# expect: {"status": ["error", "memory_exceeded", "timeout"]}
# unsandboxed: cannot: it is for the service
stopped("a crash follows")
sys.setrecursionlimit(1 << 30)
def down():
    return down()
class Deep:
    def __repr__(self):
        return repr(self)
down() if RUN == 1 else repr(Deep())

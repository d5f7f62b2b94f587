# id: out_exit_codes
# class: output
# goal: sys.exit with arguments that are none.
# targets: self
# walls: gateway
# danger: none
# runs: 6
# expect: {"status": ["error", "success"]}
# never: {"status": ["timeout", "memory_exceeded"]}
# unsandboxed: cannot: it is for the service
stopped("an odd exit follows")
class Odd:
    def __str__(self):
        raise ValueError
sys.exit((2 ** 200, -1, "x" * 100000, Odd(), [1, 2], 2 ** 31)[RUN - 1])

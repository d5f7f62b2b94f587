# id: out_lying_exception
# class: output
# goal: An exception whose type, text and line are lies, or raise when they are asked.
# targets: self
# walls: gateway
# danger: none
# runs: 4
# expect: {"status": ["error"]}
# never: {"status": ["timeout", "memory_exceeded"]}
# unsandboxed: cannot: it is for the service's last line
stopped("an exception follows")
class Liar(Exception):
    def __str__(self):
        if RUN == 1:
            raise RuntimeError("not for you")
        if RUN == 2:
            return "x\ud800\0" * 100000
        if RUN == 3:
            while True:
                raise KeyboardInterrupt
        return "Memory limit exceeded"
Liar.__name__ = Liar.__qualname__ = "Execution timed out after 30 seconds\n\x1b[31m" if RUN != 2 else "A" * 100000
Liar.__module__ = None if RUN == 4 else "builtins"
raise Liar

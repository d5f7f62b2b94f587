# id: crash_parser
# class: crash
# goal: Text that the parser and the compiler fall over: depth, length, strange letters.
# targets: host-service
# walls: gateway
# danger: none
# runs: 6
# request: {"timeout": 5}
# unsandboxed: cannot: it is for the service
stopped("a crash may follow")
sys.stdout.flush()
text = ("(" * 5000 + ")" * 5000, "-" * 200000 + "1", "x" + ".x" * 100000, "a" + "[a" * 3000 + "]" * 3000, "\n".join("if x:\n" + " " * depth + "pass" for depth in range(1, 99)),
        "f'" + "{f'" * 50 + "1" + "'}" * 50 + "'")[RUN - 1]
try:
    compile(text, "x", "exec")
except (SyntaxError, RecursionError, MemoryError, ValueError):
    pass

# why: an inner function makes the alias for the outer one
import enum
def f():
    m = None
    def g():
        nonlocal m
        m = enum
    g()
    return m.sys  # here

# why: a function makes the alias for all
import enum
def f():
    global m
    m = enum
f()
m.sys.modules  # here

# why: wraps does the same as a decorator
from functools import wraps
@wraps(print, ["_" + "_self_" + "_"], [])
def f():
    pass

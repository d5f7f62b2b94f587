# why: a function gets other code
def f():
    pass
f.__code__ = (lambda: 0).__code__  # here

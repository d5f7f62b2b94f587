# why: a decorator may be any expression
@(eval if True else print)  # here
def f():
    pass

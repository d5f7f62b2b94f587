# why: a return annotation is an expression
def f() -> (lambda: vars())():  # here
    pass

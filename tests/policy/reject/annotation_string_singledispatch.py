# why: register() evaluates the first annotation
from functools import singledispatch
@singledispatch
def f(x):
    pass
@f.register
def _(x: "print(eval('1')) or int"):
    pass

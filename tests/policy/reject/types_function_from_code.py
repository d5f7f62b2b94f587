# why: the type of a code object without its name
import types
def f():
    pass
types.FunctionType(f.__code__, {})  # here

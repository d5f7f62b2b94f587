# why: get_type_hints evaluates text
import typing
def f(x: "print(eval('1 + 1'))"):
    pass
typing.get_type_hints(f)

# why: names bound by match and except are the program's own
from sympy import *

command = ("go", "north", 3)
match command:
    case ["go", code, *test]:
        print(code, test)
    case {"stop": source, **doctest}:
        print(source, doctest)
try:
    solve(Symbol("x") ** 2 - 4)["bad"]
except TypeError as parser:
    print(type(parser).__name__)

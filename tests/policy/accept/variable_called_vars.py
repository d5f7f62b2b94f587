# why: vars is what many call the variables of an equation or the columns of a table
from sympy import solve, symbols

vars = symbols("x y")
x, y = vars
print(solve([x + y - 3, x - y - 1], vars))
for v in vars:
    print(v, end=" ")


def show(help, locals=None):
    return f"{help}: {locals}"


print(show("usage", locals={"a": 1}))

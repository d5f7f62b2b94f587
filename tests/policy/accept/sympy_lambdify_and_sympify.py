# why: formulas from text and to numbers
import numpy as np
from sympy import S, Symbol, lambdify, simplify, solve, sympify

x = Symbol("x")
expression = sympify("x**2 + 3*x - sin(x)/2")
function = lambdify(x, expression, "numpy")
print(expression.diff(x), function(np.array([0.0, 1.0])), solve(sympify("2*x - 8"), x), S("1/3") + S(2))
for text in ["x**2 - 1", "exp(-x)*cos(2*x)", "Matrix([[1, x], [0, 1]])"]:
    print(simplify(text))
print(lambdify([x, Symbol("y")], "x + y")(1, 2), expression.subs(x, 2).evalf(5), expression.free_symbols)

# why: text for lambdify is code
from sympy import lambdify, symbols
lambdify(symbols("x"), "eval('x + 1')")(2)

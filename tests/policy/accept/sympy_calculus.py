# why: calculus with the usual alias
import sympy as sp
from sympy.abc import a, b, t

x, y = sp.symbols("x y", real=True)
f = sp.Function("f")
print(sp.diff(x ** 3 * sp.sin(x), x), sp.integrate(sp.exp(-x ** 2), (x, -sp.oo, sp.oo)), sp.limit((1 + 1 / x) ** x, x, sp.oo))
print(sp.series(sp.cos(x), x, 0, 6), sp.solve([x + y - 3, x - y - 1], [x, y]), sp.dsolve(f(t).diff(t) + f(t), f(t)))
M = sp.Matrix([[1, 2], [3, 4]])
print(M.det(), M.inv(), M.eigenvals(), sp.trace(M), M.T * M)
print(sp.latex(sp.Rational(1, 3) + sp.sqrt(2)), sp.pretty(x ** 2, use_unicode=False), sp.simplify(sp.sin(x) ** 2 + sp.cos(x) ** 2))
print(sp.factor(x ** 4 - 1), sp.expand((a + b) ** 3), sp.nsimplify(0.333333, tolerance=1e-4), sp.N(sp.pi, 20), sp.prime(10))

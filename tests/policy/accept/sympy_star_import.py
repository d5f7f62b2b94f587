# why: everything imported, and own names like those of sympy
from sympy import *

init_printing(use_unicode=False)
x, y, z = symbols("x y z")
k, m, n = symbols("k m n", integer=True)
f = Function("f")
code = x + 1
signal = sin(x)
preview = [i for i in range(3)]
source = preview
test = Eq(x, 2)
print(integrate(1 / x, x), summation(1 / k ** 2, (k, 1, oo)), solve(x ** 2 - 5 * x + 6, x), trace(eye(3)), Trace)
print(diff(signal * code, x), Matrix([[x, y], [z, 1]]).det(), pi.evalf(8), rsolve(f, f) if False else test, preview, source)


def show(stat, *, platform=None, **parser):
    return stat, platform, parser


for resource in preview:
    print(show(resource), end=" ")
try:
    raise ValueError("x")
except ValueError as trace_back:
    print(trace_back)

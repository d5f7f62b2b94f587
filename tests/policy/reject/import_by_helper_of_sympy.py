# why: a helper that imports whatever it is told
from sympy.utilities.lambdify import import_module
import_module("os")

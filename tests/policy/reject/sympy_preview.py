# why: preview starts programs
from sympy import *
preview(Symbol("x"))  # here

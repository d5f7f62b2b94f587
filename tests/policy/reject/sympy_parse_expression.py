# why: the parser by its own name
from sympy import parse_expr as p  # here
p("1")

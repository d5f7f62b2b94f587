# why: the parser by a path
import sympy as sp
sp.parsing.sympy_parser.eval_expr("1", {}, {})  # here

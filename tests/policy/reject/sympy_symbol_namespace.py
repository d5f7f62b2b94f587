# why: sympify with names of the program's own
import sympy
sympy.sympify("x.gi_frame", locals={"x": (i for i in [1])})

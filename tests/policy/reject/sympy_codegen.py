# why: code for C compilers
from sympy.utilities.codegen import codegen  # here

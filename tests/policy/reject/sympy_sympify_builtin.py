# why: text for sympify is code, with all built-ins
import sympy
sympy.sympify("open('/etc/passwd').read()")

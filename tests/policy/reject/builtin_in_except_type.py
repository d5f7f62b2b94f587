# why: the type of an except clause is an expression
try:
    1 / 0
except eval("ZeroDivisionError"):  # here
    pass

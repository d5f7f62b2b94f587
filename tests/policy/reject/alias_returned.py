# why: a function that returns a module
import enum
def f():
    return enum
f().sys.modules

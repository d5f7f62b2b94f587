# why: partial keeps a module
import enum
from functools import partial
def f(m):
    return m.sys
partial(f, enum)().modules

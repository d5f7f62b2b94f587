# why: the alias is used above the line that makes it
import numpy as np
def f():
    part = m.lib
    return part.npyio.os
def g():
    global m
    m = np
g(); f()

# why: a module as a parameter's default
import numpy as np
def f(m=np):
    return m.lib.npyio.os
f().getcwd()

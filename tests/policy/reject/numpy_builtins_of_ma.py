# why: masked arrays import the built-ins
import numpy.ma.core as core
core.builtins.eval("1")  # here

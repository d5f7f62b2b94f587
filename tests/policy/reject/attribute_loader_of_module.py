# why: a module's loader loads others
import math
math.__loader__.load_module("os")  # here

# why: a module's dictionary
import math
math.__dict__["__loader__"]  # here

# why: one of several on a line
import math, json, ctypes, re  # here

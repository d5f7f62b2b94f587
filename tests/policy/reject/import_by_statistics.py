# why: the same with another module and name
from statistics import sys as numbers  # here

# why: a code object by hand
from types import CodeType as C  # here

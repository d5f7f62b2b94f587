# why: what a decorator hides
from functools import lru_cache
@lru_cache
def f():
    pass
f.__wrapped__.__globals__  # here

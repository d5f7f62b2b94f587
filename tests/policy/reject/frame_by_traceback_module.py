# why: traceback walks the stack
from traceback import walk_stack  # here
next(walk_stack(None))

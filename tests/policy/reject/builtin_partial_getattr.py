# why: getattr as a value
import functools
functools.partial(getattr, ())("__class__")  # here

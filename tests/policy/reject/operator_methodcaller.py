# why: methodcaller calls what its text names
from operator import methodcaller as call
call("__reduce_ex__", 2)(1)  # here

# why: a code object by hand
import types as t
t.CodeType()  # here

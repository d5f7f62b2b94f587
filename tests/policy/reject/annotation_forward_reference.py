# why: a forward reference is code in text
from typing import ForwardRef
ForwardRef("print(eval('1'))")._evaluate({}, {}, frozenset())

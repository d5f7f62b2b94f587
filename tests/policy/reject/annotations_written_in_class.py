# why: the same in the class's body
import dataclasses
@dataclasses.dataclass(init=False, eq=False)
class A:
    x = 0
    __annotations__ = {"x or print(eval('1+1'))": int}
repr(A())

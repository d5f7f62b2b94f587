# why: copy() calls what __reduce_ex__ names
import copy
class A:
    def __reduce_ex__(self, protocol):  # here
        return print, ("ran",)
copy.copy(A())

# why: the hook is assigned, not defined
class A:
    __reduce_ex__ = lambda self, protocol: (print, ("ran",))  # here

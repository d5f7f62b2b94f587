# why: a class changes under an object
class A:
    pass
A().__class__ = list  # here

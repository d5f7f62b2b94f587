# why: a base class is an expression
class A(eval("object")):  # here
    pass

# why: keywords of a class are expressions
class A(object, x=globals()):  # here
    pass

# why: whatever can be called can be a metaclass
class A(metaclass=lambda name, bases, body: eval("1")):  # here
    pass

# why: del reaches attributes as well
class A:
    pass
del A.__dict__  # here

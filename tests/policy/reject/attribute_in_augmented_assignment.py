# why: an augmented assignment reads first
class A:
    pass
A.__bases__ += (dict,)  # here

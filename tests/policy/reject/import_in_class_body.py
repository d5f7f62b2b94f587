# why: a class's body
class A:
    from sys import modules  # here

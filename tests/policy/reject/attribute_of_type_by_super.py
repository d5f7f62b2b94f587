# why: super() reaches what the class hides
class A(type):
    def f(cls):
        return super().__subclasses__()  # here

# why: a hook for every attribute
class A:
    def __getattribute__(self, name):  # here
        return name

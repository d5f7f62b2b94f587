# why: the most frequent dunder of all in programs for beginners
class Animal:
    def __init__(self, name):
        self.name = name

    def __repr__(self):
        return f"{self.__class__.__name__}(name={self.name!r})"


class Dog(Animal):
    pass


print(Dog("Rex"), Dog("Bo").__class__.__qualname__)

# why: abstract base classes, properties, super() and sorting by key
from abc import ABC, abstractmethod
import math


class Shape(ABC):
    def __init__(self, name):
        self.name = name

    @property
    @abstractmethod
    def area(self):
        """The area, in square metres."""

    def __lt__(self, other):
        return self.area < other.area

    def __repr__(self):
        return f"{type(self).__name__}({self.name!r}, area={self.area:.2f})"


class Circle(Shape):
    def __init__(self, radius):
        super().__init__("circle")
        self.radius = radius

    @property
    def area(self):
        return math.pi * self.radius ** 2


class Square(Shape):
    def __init__(self, side):
        super().__init__("square")
        self.side = side

    @property
    def area(self):
        return self.side ** 2


print(sorted([Square(3), Circle(1), Square(1.5)]))
print([c.__name__ for c in Circle.mro()])

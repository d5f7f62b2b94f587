# why: a frozen dataclass computes a field, and a class guards its own attributes
from dataclasses import dataclass


@dataclass(frozen=True)
class Rectangle:
    width: float
    height: float

    def __post_init__(self):
        object.__setattr__(self, "area", self.width * self.height)


class Typed:
    def __setattr__(self, name, value):
        if not isinstance(value, int):
            raise TypeError(name)
        super().__setattr__(name, value)


t = Typed()
t.x = 3
print(Rectangle(2, 3).area, t.x)

# why: every kind of match pattern
from dataclasses import dataclass
from enum import Enum


@dataclass
class Circle:
    radius: float


@dataclass
class Rectangle:
    width: float
    height: float


class Light(Enum):
    RED = 1
    GREEN = 2


def area(shape):
    match shape:
        case Circle(radius=r) if r >= 0:
            return 3.14 * r * r
        case Rectangle(w, h) | (w, h):
            return w * h
        case {"kind": "square", "side": float(s) | int(s), **rest} if not rest:
            return s ** 2
        case [first, *_, last]:
            return (first, last)
        case str() as text if (n := len(text)) > 3:
            return n
        case Light.RED | None:
            return "stop"
        case -1 | 2.5 | 1 + 2j | b"x" | True:
            return "literal"
        case [] | {}:
            return "empty"
        case _:
            return "?"


for thing in (Circle(2), Rectangle(2, 3), (4, 5), {"kind": "square", "side": 3}, [1, 2, 3, 4], "hello", Light.RED, 1 + 2j, [], 7):
    print(area(thing), end=" ")
match = case = type_ = 1
print(match + case)

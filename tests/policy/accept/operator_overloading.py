# why: a vector with the whole arithmetic of dunder methods
import math


class Vector:
    def __init__(self, *parts):
        self.parts = tuple(float(p) for p in parts)

    def __repr__(self):
        return f"Vector({', '.join(f'{p:g}' for p in self.parts)})"

    def __eq__(self, other):
        return isinstance(other, Vector) and self.parts == other.parts

    def __hash__(self):
        return hash(self.parts)

    def __add__(self, other):
        return Vector(*(a + b for a, b in zip(self.parts, other.parts)))

    def __sub__(self, other):
        return self + -other

    def __neg__(self):
        return self * -1

    def __mul__(self, factor):
        if isinstance(factor, Vector):
            return sum(a * b for a, b in zip(self.parts, factor.parts))
        return Vector(*(p * factor for p in self.parts))

    __rmul__ = __mul__

    def __matmul__(self, other):
        return self * other

    def __truediv__(self, factor):
        return self * (1 / factor)

    def __abs__(self):
        return math.hypot(*self.parts)

    def __bool__(self):
        return any(self.parts)

    def __getitem__(self, index):
        return self.parts[index]

    def __iadd__(self, other):
        self.parts = (self + other).parts
        return self

    def __format__(self, spec):
        return "<" + " ".join(format(p, spec) for p in self.parts) + ">"

    def __round__(self, digits=0):
        return Vector(*(round(p, digits) for p in self.parts))


v = Vector(3, 4)
v += Vector(0, 0)
print(v, abs(v), 2 * v - v / 2, v @ v, f"{v:.1f}", {v: 1}[Vector(3, 4)], bool(Vector(0)), round(Vector(1.26), 1), [*v])

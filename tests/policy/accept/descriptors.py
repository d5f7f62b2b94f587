# why: descriptors, __set_name__, __getattr__, __slots__, __class_getitem__
class Positive:
    def __set_name__(self, owner, name):
        self.name = "_" + name
        self.values = {}

    def __get__(self, instance, owner=None):
        if instance is None:
            return self
        return self.values[id(instance)]

    def __set__(self, instance, value):
        if value <= 0:
            raise ValueError(f"{self.name[1:]} must be positive")
        self.values[id(instance)] = value


class Box:
    width = Positive()
    height = Positive()

    def __init__(self, width, height):
        self.width = width
        self.height = height


class Point:
    __slots__ = ("x", "y")

    def __init__(self, x, y):
        self.x, self.y = x, y

    def __class_getitem__(cls, item):
        return f"Point of {item.__name__}"


class Record:
    def __init__(self, values):
        self.values = values

    def __getattr__(self, name):
        if name.startswith("_"):
            raise AttributeError(name)
        return self.values.get(name, "unknown")

    def __dir__(self):
        return list(self.values)


box = Box(2, 3)
print(box.width * box.height, Record({"a": 1}).a, Record({}).b, Point[int], hasattr(box, "depth"), dir(Record({"q": 1})))
try:
    box.width = -1
except ValueError as error:
    print(error)
try:
    Point(1, 2).z = 3
except AttributeError as error:
    print(type(error).__name__)

# why: tags like __type__ are a custom of JSON, not attributes
import json


class Point:
    def __init__(self, x, y):
        self.x, self.y = x, y


def encode(value):
    if isinstance(value, Point):
        return {"__type__": "Point", "x": value.x, "y": value.y}
    raise TypeError(type(value).__name__)


def decode(item):
    return Point(item["x"], item["y"]) if item.get("__type__") == "Point" else item


text = json.dumps([Point(1, 2)], default=encode)
print(text, json.loads(text, object_hook=decode)[0].y)

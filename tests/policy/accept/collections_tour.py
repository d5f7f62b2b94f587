# why: the containers of collections
from collections import ChainMap, Counter, OrderedDict, UserDict, defaultdict, deque, namedtuple

Point = namedtuple("Point", ["x", "y"], defaults=[0])
p = Point(3)
print(p, p._asdict(), p._replace(y=5), Point._fields, Point._make([1, 2]), Point._field_defaults)

words = "the quick brown fox jumps over the lazy dog the end".split()
print(Counter(words).most_common(2), Counter("aab") & Counter("abb"))
groups = defaultdict(list)
for word in words:
    groups[len(word)].append(word)
print(dict(groups))
queue = deque(maxlen=3)
queue.extend(range(5))
queue.rotate(1)
print(queue, ChainMap({"a": 1}, {"a": 2, "b": 3})["b"])


class LowerDict(UserDict):
    def __setitem__(self, key, value):
        super().__setitem__(key.lower(), value)

    def __missing__(self, key):
        return f"<no {key}>"


print(OrderedDict(a=1), LowerDict({"ABC": 1}), LowerDict()["x"])

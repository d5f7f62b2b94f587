# why: itertools, functools and operator together
import itertools as it
from functools import partial, reduce, singledispatch, singledispatchmethod, cached_property, total_ordering
from operator import attrgetter, itemgetter, methodcaller, mul


@singledispatch
def describe(value):
    return "something"


@describe.register
def _(value: int):
    return f"integer {value}"


@describe.register(list)
def _(value):
    return f"list of {len(value)}"


@total_ordering
class Version:
    def __init__(self, text):
        self.parts = tuple(map(int, text.split(".")))

    def __eq__(self, other):
        return self.parts == other.parts

    def __lt__(self, other):
        return self.parts < other.parts

    def __hash__(self):
        return hash(self.parts)

    @cached_property
    def text(self):
        return ".".join(map(str, self.parts))


people = [{"name": "Bo", "age": 3}, {"name": "Al", "age": 5}, {"name": "Cy", "age": 3}]
people.sort(key=itemgetter("age", "name"))
print([(age, [p["name"] for p in group]) for age, group in it.groupby(people, key=itemgetter("age"))])
versions = [Version("1.10"), Version("1.9")]
print(max(versions).text, list(map(attrgetter("text"), versions)), list(map(methodcaller("upper"), "ab")))
print(describe(3), describe([1]), describe("x"), reduce(mul, range(1, 8)), partial(int, base=2)("1011"))
print(list(it.accumulate([1, 2, 3], mul)), list(it.starmap(pow, [(2, 3), (3, 2)])), [*it.zip_longest("ab", "c", fillvalue="-")])

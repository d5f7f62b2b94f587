# why: typing in all its forms
from __future__ import annotations

import typing as t
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Annotated, Any, Final, Generic, Literal, NamedTuple, NewType, ParamSpec, Protocol, TypedDict, TypeVar, overload, runtime_checkable, TYPE_CHECKING

if TYPE_CHECKING:
    from decimal import Decimal
T = TypeVar("T", bound="Comparable")
P = ParamSpec("P")
UserId = NewType("UserId", int)
LIMIT: Final = 10
mode: Literal["read", "write (slow)"] = "read"


@runtime_checkable
class Comparable(Protocol):
    def __lt__(self, other: Any) -> bool: ...


class Movie(TypedDict, total=False):
    title: str
    year: int


class Employee(NamedTuple):
    """Somebody."""
    name: str
    id: UserId = UserId(3)

    def greet(self) -> str:
        return f"hi {self.name}"


class Stack(Generic[T]):
    def __init__(self, items: Iterable[T] = ()) -> None:
        self._items: list[T] = list(items)

    def pop(self) -> T | None:
        return self._items.pop() if self._items else None


@overload
def double(x: int) -> int: ...
@overload
def double(x: str) -> str: ...
def double(x):
    return x * 2


def apply(f: Callable[P, Any], *args: P.args, **kwargs: P.kwargs) -> "list[Any]":
    return [f(*args, **kwargs)]


x: Annotated[int, "metres"] = 3
m: Movie = {"title": "Up"}
print(Employee("Ann").greet(), Stack([1, 2]).pop(), isinstance(3, Comparable), m, double("a"), apply(max, 1, 2), Employee._fields, t.cast(int, x), __annotations__["x"])

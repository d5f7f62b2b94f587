# why: dataclasses with every option, enums and flags
from dataclasses import KW_ONLY, asdict, astuple, dataclass, field, fields, replace
from enum import Enum, Flag, IntEnum, StrEnum, auto, unique
from typing import ClassVar


@unique
class Planet(Enum):
    MERCURY = (3.303e23, 2.4397e6)
    EARTH = (5.976e24, 6.37814e6)

    def __init__(self, mass, radius):
        self.mass = mass
        self.radius = radius

    @property
    def gravity(self):
        return 6.67300e-11 * self.mass / self.radius ** 2


class Access(Flag):
    READ = auto()
    WRITE = auto()


class Level(IntEnum):
    LOW = 1
    HIGH = 2


class Colour(StrEnum):
    RED = auto()

    @classmethod
    def _missing_(cls, value):
        return cls.RED


@dataclass(order=True, frozen=True, slots=True)
class Probe:
    weight: float
    name: str = field(compare=False, default="?")
    tags: tuple = ()
    _: KW_ONLY
    hidden: int = field(default=0, repr=False)
    total: ClassVar[int] = 0

    def __post_init__(self):
        if self.weight < 0:
            raise ValueError("negative weight")


print([f"{p.name}: {p.gravity:.2f}" for p in Planet], Access.READ | Access.WRITE, Level.LOW < Level.HIGH)
print(sorted([Probe(2.0, "b"), Probe(1.0, "a", hidden=3)]), asdict(Probe(1.0)), astuple(Probe(2.5)))
print(replace(Probe(1.0), weight=4.0), [f.name for f in fields(Probe)], Colour("blue"), list(Planet.__members__))

# why: a state machine with classes, dictionaries and text that mentions dunders
"""Explains what __class__ and obj.__dict__ are; {0.__class__} is a format field."""


class Room:
    """A room. See __init__ and __dict__ in the manual."""

    def __init__(self, name, **exits):
        self.name, self.exits = name, exits

    def go(self, where):
        return self.exits.get(where, self)


hall = Room("hall")
hall.exits["north"] = Room("kitchen", south=hall)
here = hall
for step in "north south west north".split():
    here = here.go(step)
    print(f"{step:>6} -> {here.name}")
print("In Python, x.__class__ tells the class of x.")
if here is hall and not here.exits:
    raise RuntimeError("obj.__dict__ is not what you expect: " + here.name)

# why: type() with three arguments takes names as text
A = type("A", (), {"__init_subclass__": print})  # here

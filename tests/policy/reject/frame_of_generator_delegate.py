# why: what a generator delegates to
def f():
    yield from range(3)
f().gi_yieldfrom  # here

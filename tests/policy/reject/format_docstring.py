# why: a docstring is text for people until it is formatted
def f():
    "{0.__class__.__base__}"
f.__doc__.format(1)

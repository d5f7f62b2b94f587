# why: an exception's text is for people until it is formatted
try:
    raise ValueError("{0.__class__.__base__}")
except ValueError as e:
    e.args[0].format(1)

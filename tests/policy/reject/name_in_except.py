# why: an exception's name
try:
    pass
except ValueError as __build_class__:  # here
    pass

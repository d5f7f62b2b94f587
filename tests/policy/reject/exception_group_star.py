# why: except* has a body like any other
try:
    raise ExceptionGroup("x", [ValueError()])
except* ValueError as group:
    group.exceptions[0].__reduce__()  # here

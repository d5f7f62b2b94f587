# why: a variable of that name, never set, does not make the function harmless
if False:
    eval = None
eval("print(1)")  # here

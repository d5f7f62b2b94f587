# why: a closure's cells
def f(x):
    return lambda: x
f(1).__closure__[0].cell_contents  # here

# why: a global declaration
def f():
    global __loader__  # here

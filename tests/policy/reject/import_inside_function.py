# why: a nested function
def f():
    def g():
        from importlib import reload as r  # here

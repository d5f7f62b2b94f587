# why: a parameter's name
def f(*__builtins__, **__import__):  # here
    pass

# why: a parameter's annotation runs with the def
def f(a: eval("1"), *b: exec("1")) -> compile("1", "", "eval"):  # here
    pass

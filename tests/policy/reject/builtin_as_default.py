# why: a default argument names the function
def f(run=exec):  # here
    run("1")

# why: a guard is an expression
match 1:
    case x if eval("x"):  # here
        pass

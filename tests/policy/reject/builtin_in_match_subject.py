# why: the subject is an expression
match locals():  # here
    case {"x": y}:
        pass

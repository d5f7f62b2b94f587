# why: the rest of a mapping
match {}:
    case {**__builtins__}:  # here
        pass

# why: the rest of a sequence
match []:
    case [*__builtins__]:  # here
        pass

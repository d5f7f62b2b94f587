# why: a class pattern reads attributes by keyword
g = (x for x in [1])
match g:
    case object(gi_frame=object(f_globals=d)):  # here
        pass

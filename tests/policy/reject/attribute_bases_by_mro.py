# why: mro() is harmless, what follows is not
type.mro(int)[-1].__subclasses__()  # here

# why: the method's name arrives by a variable of that name
class A:
    for __init_subclass__ in (print,):  # here
        pass

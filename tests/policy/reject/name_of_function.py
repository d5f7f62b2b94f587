# why: a function's name
def __import__(*a):  # here
    pass

# why: the name stands on a line of its own
x = (1
     .
     __class__)  # here

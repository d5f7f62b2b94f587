# why: inside a starred expression
print(*[].__class__.__subclasses__())  # here

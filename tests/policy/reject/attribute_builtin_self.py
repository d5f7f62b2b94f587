# why: a built-in function knows the module of built-ins
print.__self__.eval("1")  # here

# why: an annotation is evaluated when the line is reached
x: eval("print(1)") = 1  # here

# why: a variable of that name
__builtins__["eval"]("1")  # here

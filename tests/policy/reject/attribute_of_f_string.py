# why: f-strings are plain expressions
x = 1
print(f"{x.__class__.__base__}")  # here

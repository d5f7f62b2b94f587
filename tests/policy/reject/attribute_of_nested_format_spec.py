# why: a format specification inside a format specification
x = 1
print(f"{x:{f'{x.__class__}'}}")  # here

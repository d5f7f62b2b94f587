# why: print may be the program's own
def print(text):
    return text.format(1)
print("{0.__class__}")

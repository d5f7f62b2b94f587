# why: print() writes to what the program gives it
class Sink:
    def write(self, text):
        text.format(1)
print("{0.__class__}", file=Sink())

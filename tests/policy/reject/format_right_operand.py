# why: a statement's text handed to an operator of one's own
class Catch:
    def __radd__(self, text):
        return text.format(1)
"{0.__class__}" + Catch()

# why: a class formats its own private attribute
class Temperature:
    def __init__(self, degrees):
        self._degrees = degrees

    def __str__(self):
        return "{0._degrees:.1f} degrees".format(self)


print(Temperature(21.55))

# why: update_wrapper gets and sets attributes by their text
import functools
class Box:
    def __setattr__(self, name, value):
        print(value)
name = "_" * 2 + "globals" + "_" * 2
functools.update_wrapper(Box(), lambda: 0, assigned=(name,), updated=())

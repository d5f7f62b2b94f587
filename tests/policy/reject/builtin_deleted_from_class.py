# why: a method of that name does not hide the function from other methods
class A:
    def eval(self):
        return eval("1")  # here

# why: a format reads items by their names as well
"{a[__builtins__]}".format(a={})  # here

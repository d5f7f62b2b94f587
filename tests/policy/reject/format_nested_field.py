# why: a field inside a field's format
"{0:{0.__class__}}".format(1)  # here

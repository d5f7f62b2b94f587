# why: inside a subscript
x = [1, 2]
x[().__class__: ().__doc__]  # here

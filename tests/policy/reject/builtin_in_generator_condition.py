# why: conditions of comprehensions
sum(1 for x in "a" if eval(x))  # here

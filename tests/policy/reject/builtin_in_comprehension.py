# why: map() calls it
list(map(exec, ["print(1)"]))  # here

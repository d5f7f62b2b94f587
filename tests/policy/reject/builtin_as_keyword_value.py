# why: a key function is called by sorted()
sorted(["print(1)"], key=eval)  # here

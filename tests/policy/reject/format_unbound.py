# why: str.format as a function
str.format("{0.__class__}", 1)  # here

# why: a keyword of a call is a name in the end
dict(__class__=1)  # here

# why: the body of a lambda
(lambda: open("/etc/passwd"))().read()  # here

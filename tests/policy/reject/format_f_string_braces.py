# why: doubled braces in an f-string make a format
f"{{0.__class__}}".format(1)

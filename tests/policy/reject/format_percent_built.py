# why: a format made by another format
("{0.%s}" % ("_" * 2 + "class" + "_" * 2)).format(1)

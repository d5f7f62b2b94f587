# why: attrgetter out of a list of modules
import operator
name = "_" * 2 + "class" + "_" * 2
[operator][0].attrgetter(name)(1)

# why: attrgetter handed on
import operator
list(map(operator.attrgetter, ["real"]))  # here

# why: attrgetter out of a star import
from operator import *
attrgetter("__class__.__base__")(1)  # here

# why: a module of a module, by its full path
import re as regular
regular.copyreg.constructor(print)  # here

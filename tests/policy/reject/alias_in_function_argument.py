# why: a module handed to a function
import enum
def system(module):
    return module.sys
system(enum).modules

# why: the program's own module is a road to itself
import __main__  # here

# why: the same class from another place
from numpy.core import memmap
memmap("/etc/passwd")

# why: open_memmap of numpy.lib.format
from numpy.lib.format import open_memmap  # here

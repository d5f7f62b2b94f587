# why: linecache reads any file
from traceback import linecache  # here

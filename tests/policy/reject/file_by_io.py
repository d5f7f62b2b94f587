# why: open() has a second home
from io import open as o  # here
o("/etc/passwd")

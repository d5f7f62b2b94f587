# why: what site's helpers hide in a class
license._Printer__filenames  # here

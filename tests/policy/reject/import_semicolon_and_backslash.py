# why: laid out to be overlooked
x = 1;                                                            \
import \
  ctypes  # a comment

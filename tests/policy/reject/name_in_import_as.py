# why: an import that replaces the built-ins
import math as __builtins__  # here

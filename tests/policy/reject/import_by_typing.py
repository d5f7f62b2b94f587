# why: a module through a module, imported from
from typing import sys  # here

# why: the same, imported from
from enum import bltns as b
b.eval("1")

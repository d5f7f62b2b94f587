# why: text for S is code as well
from sympy import S
S("exec('import os')")

# why: mpmath keeps exec under another name
from mpmath.libmp.backend import exec_
exec_("print(1)")

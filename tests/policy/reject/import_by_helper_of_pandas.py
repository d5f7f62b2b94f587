# why: a helper that imports whatever it is told
from pandas.core.nanops import import_optional_dependency
import_optional_dependency("os")

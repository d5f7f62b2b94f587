# why: a comprehension's own scope
import enum
[m.sys.modules for m in [enum]]

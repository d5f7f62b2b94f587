# why: two names at once
import enum, random
a, b = enum, random
a.sys.modules

# why: a module as a lambda's default
import enum
(lambda m=enum: m.sys.modules)()

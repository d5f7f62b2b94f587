# why: a pattern captures a module
import enum
match enum:
    case module:
        module.sys.modules

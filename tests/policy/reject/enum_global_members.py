# why: an enum's members become another module's
import enum
E = enum.Enum("E", {"print": 1}, module="builtins")
enum.global_enum(E)

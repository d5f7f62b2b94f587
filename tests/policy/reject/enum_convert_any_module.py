# why: an enum's members out of any loaded module
import enum
class E(enum.Enum):
    pass
E._convert_("X", "os", lambda name: name == "system").system.value("id")

# why: an AttributeError knows the object
import enum
try:
    enum.nothing
except AttributeError as e:
    e.obj.sys.modules

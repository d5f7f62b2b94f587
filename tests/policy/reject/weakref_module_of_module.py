# why: a module's module
import weakref
weakref.sys.modules  # here

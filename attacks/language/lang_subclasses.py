# id: lang_subclasses
# class: language
# goal: From an object to its class, to all classes, to the one that imported os.
# targets: host-data
# walls: mount, landlock, seccomp
# danger: none
# runs: 1
# unsandboxed: escapes
found = next(kind for kind in ().__class__.__mro__[1].__subclasses__() if kind.__name__ == "_wrap_close")
power(sys.modules[found.__init__.__globals__["__name__"]])

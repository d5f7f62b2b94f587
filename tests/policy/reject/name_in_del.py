# why: del of a guarded name
del __builtins__  # here

# why: code that never runs is refused as well
if False:
    import ctypes  # here

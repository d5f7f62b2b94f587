# id: leak_frames
# class: leak
# goal: What the service keeps in frames and globals around the program.
# targets: self
# walls: none
# danger: none
# runs: 1
# unsandboxed: cannot: the control keeps nothing there
frame = sys._getframe()
found = []
while frame.f_back:
    frame = frame.f_back
    found.append(frame.f_code.co_filename)
main = sys.modules["__main__"].__dict__
strange = [name for name in main if re.search("token|secret|password|request|client", name, re.I) and name not in ("secrets_in",)]
verdict(", ".join(found + strange), "no frame above, nothing strange in __main__")

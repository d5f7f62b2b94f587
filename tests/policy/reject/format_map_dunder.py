# why: format_map reads attributes
"{a.__class__}".format_map({"a": 1})  # here

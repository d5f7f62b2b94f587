# why: a module out of a dictionary
import matplotlib.animation as a
tools = {"a": a}
tools["a"].sys.modules

# id: lang_pandas
# class: language
# goal: pandas evaluates text.
# targets: host-data
# walls: mount, landlock, seccomp
# danger: none
# runs: 1
# unsandboxed: escapes
import pandas
frame = pandas.DataFrame({"a": [1]})
power(pandas.io.common.os if hasattr(pandas.io.common, "os") else frame.query.__globals__["sys"].modules["os"])

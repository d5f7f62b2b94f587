# id: xreq_interpreter
# class: cross-request
# goal: Change the interpreter for whoever comes next: built-ins, modules, the environment, hooks.
# targets: other-request
# walls: pid
# danger: none
# runs: 2
# unsandboxed: cannot: without a zygote two programs share no interpreter
import builtins
import json
mark = "pyrunner_attack_was_here"
found = [name for name, seen in (("builtins", hasattr(builtins, mark)), ("json", hasattr(json, mark)), ("sys.modules", mark in sys.modules),
                                 ("environ", mark in os.environ), ("path", mark in sys.path), ("umask", os.umask(0o123) == 0o123)) if seen]
setattr(builtins, mark, 1)
setattr(json, mark, 1)
sys.modules[mark] = json
os.environ[mark] = "1"
sys.path.append(mark)
sys.setrecursionlimit(50000)
verdict(RUN == 2 and " ".join(found), "a fresh interpreter")

# id: lang_import_hooks
# class: language
# goal: The import machinery's own objects.
# targets: host-data
# walls: mount, landlock, seccomp
# danger: none
# runs: 1
# unsandboxed: escapes
import importlib.util
specification = importlib.util.find_spec("posix")
module = specification.loader.load_module("posix")
power(module)

# id: lang_audit
# class: language
# goal: Silence the hooks that watch, and act then.
# targets: host-data
# walls: mount, landlock, seccomp
# danger: none
# runs: 1
# unsandboxed: escapes
import gc
sys.addaudithook(lambda *arguments: None)
sys.settrace(None)
sys.setprofile(None)
sys.meta_path.clear()
sys.path_hooks.clear()
power(os)

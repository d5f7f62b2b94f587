# id: lang_policy_state
# class: language
# goal: Find the policy's own state in the interpreter and switch it off.
# targets: self
# walls: none
# danger: none
# runs: 1
# unsandboxed: cannot: there is no policy outside of the service
import builtins
import gc
before = builtins.__import__
found = [thing for thing in gc.get_objects() if type(thing).__module__ not in ("builtins",) and "policy" in type(thing).__name__.lower()]
for thing in found:
    for name in ("enabled", "active", "refuse_modules"):
        try:
            setattr(thing, name, False)
        except (AttributeError, TypeError):
            pass
builtins.__import__ = before
power(os)

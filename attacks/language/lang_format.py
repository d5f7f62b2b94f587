# id: lang_format
# class: language
# goal: Format strings that reach globals without any attribute in the tree.
# targets: self
# walls: none
# danger: none
# runs: 1
# unsandboxed: escapes
class Thing:
    def method(self):
        pass
text = "{0.method.__globals__[os].environ}".format(Thing())
verdict(secrets_in(text.encode()) and "the environment in a string", "an environment without secrets")

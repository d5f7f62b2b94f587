# id: lang_pickle
# class: language
# goal: Deserialisers that call whatever they are told.
# targets: host-data
# walls: mount, landlock, seccomp
# danger: none
# runs: 1
# unsandboxed: escapes
import pickle
class Bomb:
    def __reduce__(self):
        return __import__, ("os",)
power(pickle.loads(pickle.dumps(Bomb())))

# id: leak_objects
# class: leak
# goal: Secrets in any live Python object that the zygote left.
# targets: host-service
# walls: none
# danger: none
# runs: 1
# unsandboxed: cannot: the control leaves nothing
import gc
gc.unfreeze()
proof = []
for thing in gc.get_objects():
    if isinstance(thing, dict):
        for value in list(thing.values()):
            if isinstance(value, str) and "canary-" in value and secrets_in(value.encode("utf-8", "replace")):
                proof.append(value[:20])
verdict(" ".join(proof))

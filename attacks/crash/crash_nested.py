# id: crash_nested
# class: crash
# goal: Containers in containers, so deep that C falls: repr, compare, copy, pickle, JSON, and taking them apart.
# targets: host-service
# walls: gateway
# danger: none
# runs: 5
# request: {"timeout": 5}
# unsandboxed: cannot: it is for the service
import copy
import json
import pickle
stopped("a crash may follow")
deep = []
for _ in range(200000):
    deep = [deep]
act = (repr, lambda thing: thing == copy.copy(thing), copy.deepcopy, pickle.dumps, json.dumps)[RUN - 1]
try:
    act(deep)
except RecursionError:
    pass
del deep

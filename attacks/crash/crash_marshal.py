# id: crash_marshal
# class: crash
# goal: Garbage for deserialisers.
# targets: host-service
# walls: gateway
# danger: none
# runs: 1
# request: {"timeout": 3}
# unsandboxed: cannot: it is for the service
import marshal
import pickle
import random
stopped("a crash may follow")
sys.stdout.flush()
good = marshal.dumps(compile("def f(x):\n    return [y for y in x if y]\nf([1])", "x", "exec"))
until = time.monotonic() + 1
while time.monotonic() < until:
    bad = bytearray(good)
    bad[random.randrange(len(bad))] = random.randrange(256)
    try:
        exec(marshal.loads(bytes(bad)), {"__builtins__": {}})
    except BaseException:
        pass

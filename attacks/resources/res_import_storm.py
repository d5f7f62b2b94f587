# id: res_import_storm
# class: resources
# goal: Import everything that can be imported.
# targets: resources
# walls: cgroup, gateway
# danger: limit
# runs: 1
# request: {"timeout": 6, "memory_limit": 256}
# unsandboxed: cannot: it opens windows and connections elsewhere
import contextlib
import importlib
import io
import pkgutil
real = sys.stdout
count = 0
for module in pkgutil.iter_modules():
    if module.name in ("antigravity", "this", "idlelib", "turtledemo", "main"):
        continue
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        try:
            importlib.import_module(module.name)
            count += 1
        except BaseException:
            pass
print("stopped: imported", count, file=real)

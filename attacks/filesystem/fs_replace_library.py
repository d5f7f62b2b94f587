# id: fs_replace_library
# class: filesystem
# goal: Change a library that other programs load: write, truncate, rename, remove, change its mode or time.
# targets: other-request
# walls: mount, landlock, own-user
# danger: none
# runs: 1
# unsandboxed: escapes
import json
path = json.__file__
acts = {
    "write": lambda: os.close(os.open(path, os.O_WRONLY | os.O_APPEND)),
    "truncate": lambda: os.truncate(path, os.path.getsize(path)),
    "chmod": lambda: os.chmod(path, os.stat(path).st_mode & 0o7777),
    "utime": lambda: os.utime(path),
    "rename": lambda: (os.rename(path, path + "~"), os.rename(path + "~", path)),
    "mkdir": lambda: (os.mkdir(path + ".d"), os.rmdir(path + ".d")),
    "pycache": lambda: os.close(os.open(os.path.dirname(path) + "/__pycache__/pyrunner-attack.pyc",
                                        os.O_WRONLY | os.O_CREAT)),
}
proof = []
for name, act in acts.items():
    try:
        before = os.stat(path).st_ctime_ns
        act()
        # Where changes of modes and times answer that they are done, it has to be looked at.
        if name not in ("chmod", "utime") or os.stat(path).st_ctime_ns != before:
            proof.append(name)
    except OSError:
        pass
verdict(", ".join(proof))

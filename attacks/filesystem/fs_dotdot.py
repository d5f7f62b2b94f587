# id: fs_dotdot
# class: filesystem
# goal: Climb out of the root: by .., by the working directory, by descriptors of directories.
# targets: host-data
# walls: mount, landlock
# danger: none
# runs: 1
# unsandboxed: escapes
target = TARGETS["file"].lstrip("/")
paths = ["../" * depth + target for depth in (1, 3, 40)] + ["/.." * 20 + "/" + target]
for start in ("/", "/usr/lib", "/tmp"):
    try:
        os.chdir(start)
        here = os.open(start, os.O_RDONLY | os.O_DIRECTORY)
        for _ in range(8):
            here = os.open("..", os.O_RDONLY | os.O_DIRECTORY, dir_fd=here)
        os.fchdir(here)
        paths.append(os.getcwd() + "/" + target)
        with open(os.open(target, os.O_RDONLY, dir_fd=here), "rb") as file:
            if secrets_in(file.read()):
                escaped("climbed out of " + start)
    except OSError:
        pass
try_to_read(*paths)

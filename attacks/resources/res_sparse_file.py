# id: res_sparse_file
# class: resources
# goal: A file of a terabyte, none of it there.
# targets: resources
# walls: rlimits, mount
# danger: none
# runs: 1
# unsandboxed: escapes
path = f"/tmp/pyrunner-attack-sparse-{os.getpid()}"
proof = None
try:
    with open(path, "wb") as file:
        file.truncate(1 << 40)
        proof = "a terabyte"
except OSError as error:
    stopped(error)
os.unlink(path)
if proof:
    escaped(proof)

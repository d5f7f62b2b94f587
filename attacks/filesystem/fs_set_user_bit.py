# id: fs_set_user_bit
# class: filesystem
# goal: A copy of a shell with the set-user-id bit, on a file system that honours it.
# targets: self
# walls: mount, no-new-privs
# danger: none
# runs: 1
# unsandboxed: escapes
path = f"/tmp/pyrunner-attack-setuid-{os.getpid()}"
open(path, "w").close()
os.chmod(path, 0o6755)
kept = os.stat(path).st_mode & 0o6000
os.unlink(path)
honoured = not os.statvfs("/tmp").f_flag & os.ST_NOSUID
verdict(kept and honoured and "bit kept and honoured", "the mount honours no such bit")

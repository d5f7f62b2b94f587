# id: leak_users
# class: leak
# goal: Who the host's users are, by the library's functions.
# targets: host-data
# walls: mount, landlock
# danger: none
# runs: 1
# unsandboxed: escapes
import grp
import pwd
names = [entry.pw_name for entry in pwd.getpwall()] + [entry.gr_name for entry in grp.getgrall()]
verdict(len(names) > 8 and f"{len(names)} users and groups", " ".join(names))

# id: fs_accounts
# class: filesystem
# goal: The host's accounts and password hashes.
# targets: host-data
# walls: mount, landlock, own-user
# danger: none
# runs: 1
# unsandboxed: escapes
lines = content("/etc/passwd").count(b"\n")
hashes = content("/etc/shadow") or content("/etc/gshadow")
verdict((lines > 4 and f"{lines} accounts") or (hashes and "password hashes"), f"{lines} made-up accounts")

# id: priv_id_maps
# class: privilege
# goal: Map users of the host into the own user namespace.
# targets: host-data
# walls: mount, landlock, capabilities
# danger: none
# runs: 1
# unsandboxed: escapes
verdict(try_to_open([f"/proc/{pid}/{name}" for pid in ("self", "1", "thread-self") for name in ("uid_map", "gid_map", "setgroups", "attr/current", "loginuid")],
                    os.O_WRONLY))

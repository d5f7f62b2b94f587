# id: priv_groups
# class: privilege
# goal: Groups of whoever started the service: docker, disk, adm.
# targets: host-data
# walls: own-user, user
# danger: none
# runs: 1
# unsandboxed: cannot: the control is root without groups
groups = [group for group in os.getgroups() if group not in (os.getgid(), 65534)]
verdict(groups and f"groups {groups}", "none")

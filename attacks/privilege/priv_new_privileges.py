# id: priv_new_privileges
# class: privilege
# goal: Is the door for new privileges shut, so that no executed program opens it?
# targets: self
# walls: no-new-privs
# danger: none
# runs: 1
# unsandboxed: escapes
state = call(157, 39, 0, 0, 0, 0)
verdict(state != 1 and f"no_new_privs is {state}", "no_new_privs is 1")

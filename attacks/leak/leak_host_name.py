# id: leak_host_name
# class: leak
# goal: The name of the machine.
# targets: host-facts
# walls: uts
# danger: none
# runs: 1
# unsandboxed: escapes
name = os.uname().nodename
verdict(name == TARGETS["hostname"] and name, f"it is called {name}")

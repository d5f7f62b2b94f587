# id: leak_host_name
# class: leak
# goal: The name of the machine.
# targets: host-facts
# walls: uts
# danger: none
# runs: 1
# unsandboxed: escapes
# accepted-container: without a namespace for it the container's own name shows, which is no machine's
# accepted-gvisor: as in a container
name = os.uname().nodename
verdict(name == TARGETS["hostname"] and name, f"it is called {name}")

# id: out_terminal
# class: output
# goal: Escape sequences and lines that look like the service's log.
# targets: host-service
# walls: gateway
# danger: none
# runs: 1
# unsandboxed: cannot: it is for whoever reads the log
print("\x1b]0;owned\x07\x1b[2J\n[error] pyrunner-attack forged this line\r\n", file=sys.stderr)
stopped("text only")

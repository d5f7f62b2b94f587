# id: crash_bytecode
# class: crash
# goal: Run bytes that are no code.
# targets: host-service
# walls: gateway
# danger: none
# runs: 3
# request: {"timeout": 2}
# unsandboxed: cannot: it is for the service
stopped("a crash may follow")
def victim():
    pass
victim.__code__ = victim.__code__.replace(co_code=(bytes([151, 0, 100, 255, 83, 0]), os.urandom(64), bytes([255] * 40))[RUN - 1], co_stacksize=0)
victim()

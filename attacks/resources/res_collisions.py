# id: res_collisions
# class: resources
# goal: Keys that all fall on the same place.
# targets: resources
# walls: gateway
# danger: limit
# runs: 1
# request: {"timeout": 1}
# expect: {"status": ["timeout"]}
# unsandboxed: cannot: it takes too long
step = sys.hash_info.modulus
found = {index * step for index in range(200000)}

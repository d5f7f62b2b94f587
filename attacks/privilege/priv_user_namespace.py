# id: priv_user_namespace
# class: privilege
# goal: All capabilities in a user namespace of its own.
# targets: kernel
# walls: seccomp, user
# danger: none
# runs: 1
# unsandboxed: escapes
result = call(272, 0x10000000)
verdict(result == 0 and "a user namespace", result)

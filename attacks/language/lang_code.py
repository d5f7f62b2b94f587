# id: lang_code
# class: language
# goal: A function whose code was made of bytes and swapped in.
# targets: host-data
# walls: mount, landlock, seccomp
# danger: none
# runs: 1
# unsandboxed: escapes
def harmless():
    return None
harmless.__code__ = compile("__import__('os')", "x", "eval").replace(co_name="harmless")
power(harmless())

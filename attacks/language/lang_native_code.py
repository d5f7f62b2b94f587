# id: lang_native_code
# class: language
# goal: Call the C library's system() by its address.
# targets: self
# walls: seccomp
# danger: none
# runs: 1
# unsandboxed: escapes
code = LIBC.system(b"exit 7")
verdict(code == 7 << 8 and "a shell ran", f"system says {code}")

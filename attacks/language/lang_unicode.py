# id: lang_unicode
# class: language
# goal: Names in letters that Python folds to ASCII after a checker has looked.
# targets: host-data
# walls: mount, landlock, seccomp
# danger: none
# runs: 1
# unsandboxed: escapes
power(__ｉｍｐｏｒｔ__("os"))

# -*- coding: utf-7 -*-
# id: lang_cookie
# class: language
# goal: A comment that is code in another encoding.
# targets: self
# walls: none
# danger: none
# runs: 1
# prelude: no
# unsandboxed: cannot: an ordinary interpreter honours the cookie, and is right to
# +AAo-print('ESCAPED ' 'lang_cookie: the cookie was honoured')+AAo-
print("stopped: the cookie was ignored")

# why: strings formatted in all styles
from string import Template, ascii_letters, capwords
from textwrap import dedent, fill, indent
import datetime

name, value, when = "Ann", 1234.5678, datetime.date(2024, 5, 6)
print("%s has %d items, %.2f %% and %r" % (name, 3, value, name), "%(a)s-%(b)05d" % {"a": 1, "b": 2})
print("{} {1}".replace("{1}", "{}").format(name, 2), "{0:>10}|{0:<6}|{0:^8}".format(name), "{n!r:*^12}".format(n=name))
print("{0.year}/{0.month:02d} {1[0]} {2[key]}".format(when, [7], {"key": "v"}), "{:{w}.{p}f}".format(value, w=12, p=1))
print(f"{value:,.2f} {value!s} {name=} {when:%d.%m.%Y} {'nested ' + f'{name:>{8}}'} {{literal}} {3 if name else 4}")
print("{a} {b}".format_map({"a": 1, "b": 2}), Template("$who owes ${amount}").substitute(who=name, amount=3))
template = dedent("""
    Dear {name},
      you owe {amount:.2f}.
""")
print(template.format(name=name, amount=value), list(map("{:.1%}".format, [0.5, 0.25])), sep="")
print(fill("lorem ipsum " * 6, 30), indent("a\nb", "> "), capwords("hello world"), name.center(9, "*"), ascii_letters[:3])
print("abc".translate(str.maketrans("ab", "xy")), "{:b} {:x} {:e} {:+}".format(5, 255, 12345.678, 3), format(0.1, ".20f"))
for row in [("a", 1), ("bb", 22)]:
    print("{:<5}{:>5}".format(*row))

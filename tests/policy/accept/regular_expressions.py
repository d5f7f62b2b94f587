# why: regular expressions with braces, brackets and underscores
import re

pattern = re.compile(r"""
    (?P<user>[\w.]+)   # name
    @
    (?P<host>[a-z]+(?:\.[a-z]{2,})+)
""", re.VERBOSE | re.IGNORECASE)
print([m.groupdict() for m in pattern.finditer("ann.lee@example.org, bob@test.co.uk")])
print(re.sub(r"(?<=\d)(?=(\d{3})+\b)", ",", "1234567"), re.split(r"[;,\s]\s*", "a; b,c d"))
print(re.findall(r"\b__?[a-z]+__?\b", "a __name__ _x"), re.fullmatch(r"[A-Z_][A-Z0-9_]*", "MAX_SIZE").group())
template = "Dear {name}, your {item} costs {price:.2f}"
print(re.findall(r"\{([^{}:]+)[^{}]*\}", template), re.escape("a.b[c]{d}"))

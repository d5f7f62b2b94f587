# why: a regular expression for fields in braces
import re

print(re.sub(r"\{[_a-z]\w*\}", "...", "{_first} and {second}"))
print(re.findall(r"{[_A-Z]+}", "{_A} {B}"))

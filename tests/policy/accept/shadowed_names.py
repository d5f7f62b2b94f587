# why: a program's own variables may be called like modules and built-in functions
import time
from statistics import mean

file = "data.csv"
input = [1, 2, 3]
code = 7
io = {"in": 1}
sys = "system"
os = "Linux"
signal = [0.5, 0.25]
platform = "pc"
id, type_, list_, dir = 1, "a", [1], "/tmp"
print(mean(input), code, io["in"], sys, os.lower(), file.split("."), signal[0], platform)


class Platform:
    def __init__(self, os, path):
        self.os = os
        self.sys = path
        self.io = self.code = self.signal = None

    def compile(self):
        return f"{self.os}:{self.sys}"

    def eval(self, x):
        return x + 1

    def open(self):
        return self


print(Platform("BSD", "/usr").open().compile(), Platform("a", "b").eval(2))

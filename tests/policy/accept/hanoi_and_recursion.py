# why: recursion, memoisation, global
from functools import cache, lru_cache

moves = 0


def hanoi(n, a="A", b="B", c="C"):
    global moves
    if n:
        hanoi(n - 1, a, c, b)
        moves += 1
        hanoi(n - 1, c, b, a)


@lru_cache(maxsize=None)
def fibonacci(n):
    return n if n < 2 else fibonacci(n - 1) + fibonacci(n - 2)


@cache
def distance(a, b):
    if not a or not b:
        return len(a) + len(b)
    return min(distance(a[1:], b) + 1, distance(a, b[1:]) + 1, distance(a[1:], b[1:]) + (a[0] != b[0]))


def ackermann(m, n):
    return n + 1 if m == 0 else ackermann(m - 1, 1) if n == 0 else ackermann(m - 1, ackermann(m, n - 1))


hanoi(7)
print(moves, fibonacci(90), fibonacci.cache_info(), distance("kitten", "sitting"), ackermann(2, 3))


def permutations(s):
    return [s] if len(s) < 2 else [c + p for i, c in enumerate(s) for p in permutations(s[:i] + s[i + 1:])]


print(permutations("abc"))

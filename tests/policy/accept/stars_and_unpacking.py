# why: unpacking in every position, keyword-only and positional-only arguments
def f(a, b=2, /, c=3, *args, d, e=5, **kwargs):
    return a, b, c, args, d, e, kwargs


first, *middle, last = range(6)
(x, y), z = [1, 2], 3
print(first, middle, last, x, y, z, f(1, d=4), f(*[1, 2], *(3, 4), **{"d": 1}, g=9))
print([*range(3), *"ab"], {**{"a": 1}, "b": 2}, {*[1, 2], 3}, *map(str, (1, 2)), sep="|")
print((lambda *a, k=lambda: 7, **kw: (a, k(), kw))(1, q=2), [i for i in range(9) if i % 2 if i > 3])
matrix = [[1, 2, 3], [4, 5, 6]]
print([list(row) for row in zip(*matrix)], {k: v for k, v in zip("ab", [1, 2])}, [c for row in matrix for c in row][::-1])
a = b = c = []
a += [1]
del b[0]
print(a, b, c, x if y else z, not x, ~x, x << 2, 7 // 2, -7 % 3, 0x1F, 0b101, 1_000, 3j, ...)
assert (n := 10) == 10, "walrus"
while n > 7:
    n -= 1
else:
    print("done", n)

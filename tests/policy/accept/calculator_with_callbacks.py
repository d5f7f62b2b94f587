# why: functions as values, dispatch tables, closures, nonlocal
from operator import add, mul, sub, truediv

OPERATIONS = {"+": add, "-": sub, "*": mul, "/": truediv, "^": pow, "max": max}


def counter():
    count = 0

    def step(by=1):
        nonlocal count
        count += by
        return count
    return step


def evaluate(tokens):
    stack = []
    for token in tokens.split():
        if token in OPERATIONS:
            right, left = stack.pop(), stack.pop()
            stack.append(OPERATIONS[token](left, right))
        else:
            stack.append(float(token))
    return stack.pop()


tick = counter()
for expression in ("3 4 + 2 *", "2 10 ^ 4 -", "7 2 / 9 max"):
    print(tick(), expression, "=", evaluate(expression))

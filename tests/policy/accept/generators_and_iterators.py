# why: generators with send, throw and close, own iterators
import itertools


def average():
    total = count = 0
    mean = None
    while True:
        value = yield mean
        total += value
        count += 1
        mean = total / count


def flatten(items):
    for item in items:
        if isinstance(item, list):
            yield from flatten(item)
        else:
            yield item


class Countdown:
    def __init__(self, start):
        self.start = start

    def __iter__(self):
        self.current = self.start
        return self

    def __next__(self):
        if self.current <= 0:
            raise StopIteration
        self.current -= 1
        return self.current + 1

    def __reversed__(self):
        return iter(range(1, self.start + 1))


running = average()
next(running)
print([running.send(x) for x in (10, 20, 60)])
running.close()
print(list(flatten([1, [2, [3, [4]], 5]])), list(Countdown(3)), list(reversed(Countdown(3))))
primes = (n for n in itertools.count(2) if all(n % d for d in range(2, int(n ** 0.5) + 1)))
print(list(itertools.islice(primes, 10)), list(itertools.pairwise("abcd")))

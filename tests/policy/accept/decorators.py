# why: decorators with and without arguments, on functions and classes
import functools
import time


def timed(function):
    @functools.wraps(function)
    def wrapper(*args, **kwargs):
        start = time.perf_counter()
        result = function(*args, **kwargs)
        wrapper.calls += 1
        wrapper.total += time.perf_counter() - start
        return result
    wrapper.calls = 0
    wrapper.total = 0.0
    return wrapper


def repeat(times):
    def decorate(function):
        @functools.wraps(function)
        def wrapper(*args, **kwargs):
            return [function(*args, **kwargs) for _ in range(times)]
        return wrapper
    return decorate


def register(registry, /, *, name=None):
    def decorate(cls):
        registry[name or cls.__name__] = cls
        return cls
    return decorate


registry = {}


@register(registry, name="greeter")
class Greeter:
    @timed
    @repeat(times=2)
    def greet(self, who: str = "world") -> list:
        """Says hello."""
        return f"hello {who}"


print(Greeter().greet("Bob"), Greeter.greet.calls, Greeter.greet.__name__, Greeter.greet.__doc__, registry)


class CountCalls:
    def __init__(self, function):
        functools.update_wrapper(self, function)
        self.function = function
        self.count = 0

    def __call__(self, *args):
        self.count += 1
        return self.function(*args)


@CountCalls
def square(x):
    return x * x


print(square(3), square(4), square.count)

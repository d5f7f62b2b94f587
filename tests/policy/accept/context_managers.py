# why: context managers as classes and generators, ExitStack, redirect_stdout
import io
from contextlib import ExitStack, contextmanager, redirect_stdout, suppress, nullcontext
from time import perf_counter


class Timer:
    def __enter__(self):
        self.start = perf_counter()
        return self

    def __exit__(self, kind, value, traceback):
        self.seconds = perf_counter() - self.start
        return kind is ZeroDivisionError


@contextmanager
def section(title):
    print("==", title)
    try:
        yield title.upper()
    finally:
        print("== end")


with Timer() as timer, section("numbers") as name:
    print(name, sum(range(1000)))
    1 / 0
print(timer.seconds < 5)
buffer = io.StringIO()
with redirect_stdout(buffer):
    print("captured")
with ExitStack() as stack, suppress(KeyError), nullcontext(5) as five:
    stack.callback(print, "cleanup", five)
    {}["missing"]
print(buffer.getvalue().strip().upper())

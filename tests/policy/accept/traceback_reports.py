# why: an exception as text, the way that most programs do it
import traceback


def parse(text):
    return int(text)


try:
    parse("x")
except ValueError as error:
    print(traceback.format_exc().splitlines()[-1])
    print("".join(traceback.format_exception_only(type(error), error)).strip())
    print(traceback.TracebackException.from_exception(error).exc_type.__name__)

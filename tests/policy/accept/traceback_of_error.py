# why: format_exception with its three arguments, as before Python 3.10
import traceback

try:
    {}["key"]
except KeyError as error:
    lines = traceback.format_exception(type(error), error, error.__traceback__)
    print(lines[0].strip(), lines[-1].strip(), error.__suppress_context__)

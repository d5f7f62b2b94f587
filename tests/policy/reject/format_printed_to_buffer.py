# why: print() to a buffer, and the buffer formatted
import io
from contextlib import redirect_stdout
buffer = io.StringIO()
with redirect_stdout(buffer):
    print("{0.__class__}")
buffer.getvalue().format(1)

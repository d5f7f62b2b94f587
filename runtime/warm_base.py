"""What every zygote imports and exercises before it forks: the standard library."""

import importlib

# What programs use, and what the modules below would import only when first used.
MODULES = """
abc array ast asyncio atexit base64 binascii bisect builtins bz2 calendar cmath codecs collections
collections.abc colorsys concurrent.futures contextlib contextvars copy copyreg csv dataclasses
datetime decimal difflib dis doctest enum errno fnmatch fractions functools gc glob gzip hashlib
heapq hmac html io inspect itertools json keyword linecache locale logging lzma math numbers
operator os pathlib pickle platform pprint queue random re reprlib secrets select shutil signal
socket sqlite3 statistics string struct subprocess sys tempfile textwrap threading time timeit
token tokenize traceback types typing unicodedata unittest urllib.parse uuid warnings weakref zlib
zoneinfo encodings.utf_8 encodings.ascii encodings.latin_1 encodings.idna encodings.unicode_escape
""".split()


def import_modules(names):
    """Imports all of the names; one that this distribution lacks is no reason to stop."""
    for name in names:
        try:
            importlib.import_module(name)
        except ImportError:
            pass


def exercise():
    """Runs through what is built lazily: code paths, caches, the first of everything."""
    import ctypes
    import datetime
    import decimal
    import json
    import random
    import re
    import traceback

    json.loads(json.dumps({"a": [1, 2.5, None, True, "x"]}))
    re.sub(r"(\w+)\s*=\s*(\d+)", r"\2", "a = 1")
    decimal.Decimal("1.1") + decimal.Decimal(2)
    datetime.datetime.now().isoformat()
    datetime.datetime.strptime("2024-01-02", "%Y-%m-%d").strftime("%A %d %B")
    random.random()
    try:
        raise ValueError("warm")
    except ValueError:
        traceback.format_exc()
    # A callback leaves libffi's page of executable closures mapped: after the lockdown no new
    # executable memory can be had.
    ctypes.CFUNCTYPE(None)(lambda: None)()


import_modules(MODULES)
exercise()

"""What every zygote imports and exercises before it forks: the core of the standard library."""

import importlib

# What small programs use. Every megabyte here costs each fork and each exit 40 microseconds, so
# what is large and rare (asyncio, unittest, logging, ...) is left to the science zygote, which
# src/engine/module_scan.cpp picks for programs that name it.
MODULES = """
abc array base64 binascii bisect calendar cmath codecs collections collections.abc colorsys
contextlib copy copyreg csv ctypes dataclasses datetime decimal enum fractions functools gc graphlib
hashlib heapq hmac html io itertools json keyword math numbers operator os pprint queue random re
reprlib secrets signal statistics string struct sys textwrap threading time traceback types typing
unicodedata uuid warnings weakref zlib zoneinfo encodings.utf_8 encodings.ascii encodings.latin_1
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

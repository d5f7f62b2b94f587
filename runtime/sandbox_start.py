"""What a fresh fork does before it is locked up, and a zygote just before it forks."""

import atexit
import gc
import json
import os
import random
import sys
import threading
import traceback
import types

# Every random.Random with a state that forks would repeat.
_generators = []


def prepare():
    """Called once in the zygote, when everything is warm."""
    sys.path.insert(0, os.environ["TMPDIR"])
    gc.collect()
    for item in gc.get_objects():
        if isinstance(item, random.Random) and not isinstance(item, random.SystemRandom):
            _generators.append(item)
    gc.freeze()
    if threading.active_count() != 1:
        raise RuntimeError(f"threads in the zygote: {threading.enumerate()}")


def reseed():
    """Called in every fork: no two programs may see the same random numbers.

    The interpreter's own hooks for forks are not run (src/interpreter/zygote.cpp says why), so the
    main thread gets its new id here too.
    """
    for generator in _generators:
        generator.seed()
    threading.main_thread()._set_native_id()
    numpy = sys.modules.get("numpy")
    if numpy is not None:
        # Numbers rather than nothing: numpy would take longer to make them.
        numpy.random.seed(numpy.frombuffer(os.urandom(32), numpy.uint32))


def move_to(scratch):
    """Called in a fork whose scratch directory is not /tmp, because it cannot mount one there."""
    os.environ.update(HOME=scratch, TMPDIR=scratch)
    sys.path[0] = scratch
    tempfile = sys.modules.get("tempfile")
    if tempfile is not None:
        tempfile.tempdir = None


def shutdown():
    """What the interpreter does at its end, before it takes itself apart."""
    # Most programs have started no thread; walking the whole way would touch a dozen pages.
    if len(threading._shutdown_locks) > 1 or threading._threading_atexits:
        threading._shutdown()
    if atexit._ncallbacks():
        atexit._run_exitfuncs()


def call_main(namespace):
    """What the program's main() returns; one that is async is awaited."""
    try:
        main = namespace["main"]
    except KeyError:
        raise NameError("name 'main' is not defined") from None
    value = main()
    if isinstance(value, types.CoroutineType):
        import asyncio

        value = asyncio.run(value)
    return value


def last_line(error):
    """What the end of the exception's traceback says of it: "ValueError: no"."""
    told = traceback.TracebackException(type(error), error, None)
    told.__notes__ = None
    return list(told.format_exception_only())[-1].rstrip("\n")


# JSON has no NaN: json.dumps() would write what no parser but Python's own can read.
encode_result = json.JSONEncoder(allow_nan=False).encode

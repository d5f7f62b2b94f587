"""What a zygote does just before it forks, and a fresh fork before it is locked up."""

import atexit
import ctypes
import gc
import json
import os
import random
import struct
import sys
import threading
import traceback
import types

# Every random.Random with a state that forks would repeat.
_generators = []

# What the libraries' own functions that are registered with atexit have to do: (module, the container in
# which it is). PIL's only empties a cache, which nobody can tell from an end without that.
_WORK_AT_EXIT = (
    ("logging", lambda module: module._handlerList),
    ("PIL._imaging", lambda module: ()),
    ("matplotlib._pylab_helpers", lambda module: module.Gcf.figs),
    ("multiprocessing.util", lambda module: module._finalizer_registry),
)
# These containers, each with its size in the zygote, and how many functions there are; None if there is one
# that is not known.
_work = []
_callbacks_of_libraries = None
# Of concurrent.futures, which waits for its threads.
_ends_of_threads_of_libraries = 0

_PYTHON_GENERATORS_INDEX = object.__basicsize__  # in front of the state: Modules/_randommodule.c


def prepare():
    """Called once in the zygote, when everything is warm."""
    sys.path.insert(0, os.environ["TMPDIR"])
    # Found before they are frozen, which hides them.
    for item in gc.get_objects():
        if isinstance(item, random.Random) and not isinstance(item, random.SystemRandom):
            item.seed()  # also forgets what it has drawn ahead
            _generators.append(item)
    _find_work_at_exit()
    # As in every fork that is the first process of its namespace; the others set it themselves.
    threading.main_thread()._native_id = 1
    gc.collect()
    gc.freeze()
    threading._maintain_shutdown_locks()  # forgets threads of libraries that have ended
    if threading.active_count() != 1:
        raise RuntimeError(f"threads in the zygote: {threading.enumerate()}")


def generator_states():
    """Where the states lie of all random generators that forks would repeat, numpy's too.

    Each is a Mersenne Twister of 624 words. Two lists of addresses: of the words, and of the number of
    those that were used up.
    """
    words, positions = [], []

    def add(state, position, expected):
        found = ctypes.string_at(state, 2496) + ctypes.string_at(position, 4)
        if found != expected:
            raise RuntimeError("a random generator's state is not where it is looked for")
        words.append(state)
        positions.append(position)

    for generator in _generators:
        index = id(generator) + _PYTHON_GENERATORS_INDEX
        add(index + 4, index, struct.pack("=625I", *generator.getstate()[1]))
    numpy = sys.modules.get("numpy")
    if numpy is not None:
        numpy.random.seed()
        generator = numpy.random.mtrand._rand._bit_generator
        address = generator.ctypes.state_address
        state = generator.state["state"]
        add(address, address + 2496, struct.pack("=625I", *state["key"], state["pos"]))
    return words, positions


def set_native_id():
    """The main thread's, in a fork: the interpreter's own hooks for forks are not run."""
    threading.main_thread()._set_native_id()


def move_to(scratch):
    """Called in a fork whose scratch directory is not /tmp, because it cannot mount one there."""
    os.environ.update(HOME=scratch, TMPDIR=scratch)
    sys.path[0] = scratch
    tempfile = sys.modules.get("tempfile")
    if tempfile is not None:
        tempfile.tempdir = None


def _find_work_at_exit():
    global _callbacks_of_libraries, _ends_of_threads_of_libraries
    _ends_of_threads_of_libraries = len(threading._threading_atexits)
    known = [(sys.modules[name], find) for name, find in _WORK_AT_EXIT if name in sys.modules]
    if len(known) != atexit._ncallbacks():
        return
    _callbacks_of_libraries = len(known)
    for module, find in known:
        container = find(module)
        _work.append((container, len(container)))


def _is_work_at_exit():
    if atexit._ncallbacks() != _callbacks_of_libraries:
        return True
    for container, size in _work:
        if len(container) != size:
            return True
    return False


def shutdown():
    """What the interpreter does at its end, before it takes itself apart."""
    # Most programs have started no thread, and given the libraries nothing to do at the end: going
    # through all of that would touch two hundred pages.
    if len(threading._shutdown_locks) > 1 or (
        len(threading._threading_atexits) != _ends_of_threads_of_libraries
    ):
        threading._shutdown()
    if _is_work_at_exit():
        atexit._run_exitfuncs()


def forget_work_at_exit():
    """In a fork that is the zygote's own: what libraries clean up at their end is not that one's."""
    global _callbacks_of_libraries
    atexit._clear()
    _work.clear()
    _callbacks_of_libraries = 0


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

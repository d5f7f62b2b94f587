"""What the science zygote imports."""

import importlib

MODULES = """
argparse ast asyncio atexit bz2 concurrent.futures contextvars difflib dis doctest errno fnmatch glob
gzip inspect linecache locale logging lzma pathlib pickle platform select shutil socket sqlite3
subprocess tempfile timeit token tokenize unittest urllib.parse encodings.idna
encodings.unicode_escape
numpy numpy.linalg numpy.fft numpy.random numpy.ma numpy.polynomial pandas scipy scipy.constants
scipy.fft scipy.integrate scipy.interpolate scipy.io scipy.linalg scipy.ndimage scipy.optimize
scipy.signal scipy.sparse scipy.sparse.linalg scipy.spatial scipy.special scipy.stats sympy
matplotlib matplotlib.pyplot matplotlib.figure matplotlib.backends.backend_agg
matplotlib.backends.backend_svg sklearn sklearn.cluster sklearn.datasets sklearn.decomposition
sklearn.ensemble sklearn.linear_model sklearn.metrics sklearn.model_selection sklearn.naive_bayes
sklearn.neighbors sklearn.pipeline sklearn.preprocessing sklearn.svm sklearn.tree
""".split()


def sqlite_locks():
    # A sandbox may not lock files the kernel's way, which would reach across sandboxes. SQLite can
    # lock with directories instead.
    import _sqlite3
    import ctypes

    sqlite = ctypes.CDLL(_sqlite3.__file__)
    sqlite.sqlite3_vfs_find.restype = ctypes.c_void_p
    sqlite.sqlite3_vfs_register.argtypes = [ctypes.c_void_p, ctypes.c_int]
    dotfile = sqlite.sqlite3_vfs_find(b"unix-dotfile")
    if dotfile:
        sqlite.sqlite3_vfs_register(dotfile, 1)


def callbacks():
    # scikit-learn asks every BLAS through ctypes.
    import threadpoolctl

    threadpoolctl.threadpool_info()


def import_modules():
    import os

    # matplotlib asks fc-list for fonts, if it finds it, and looks for them itself otherwise. A
    # zygote starts no other program.
    path = os.environ.pop("PATH")
    os.environ["PATH"] = ""
    for name in MODULES:
        importlib.import_module(name)
    os.environ["PATH"] = path


import_modules()
sqlite_locks()
callbacks()

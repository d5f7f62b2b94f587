"""What the science zygote imports and exercises: representative programs, run once."""

import importlib
import io

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


def numpy_program():
    import numpy as np

    rng = np.random.default_rng()
    matrix = rng.normal(size=(8, 8))
    np.linalg.inv(matrix @ matrix.T + np.eye(8))
    np.linalg.svd(matrix)
    np.fft.fft(matrix[0])
    np.random.rand(3)
    str(np.arange(6).reshape(2, 3))
    str(matrix.mean(axis=0).std())


def pandas_program():
    import pandas as pd

    frame = pd.DataFrame({"A": [1, 2, 3], "B": [4.0, 5.5, 6.1], "C": list("xyx")})
    str(frame)
    str(frame.describe())
    str(frame.groupby("C").mean(numeric_only=True))
    str(frame[["A", "B"]].mean())
    frame.merge(frame, on="C").sort_values("A_x").to_csv(io.StringIO())
    pd.read_csv(io.StringIO("a,b\n1,2\n3,4\n"))
    str(pd.date_range("2024-01-01", periods=3, tz="Europe/London"))


def scipy_program():
    from scipy import optimize, stats

    optimize.minimize(lambda x: (x[0] - 1) ** 2, [0.0])
    stats.ttest_ind([1, 2, 3], [2, 3, 5])
    stats.norm.cdf(0.5)


def sympy_program():
    import sympy as sp

    x, y = sp.symbols("x y")
    str(sp.expand((x + y) ** 3))
    str(sp.factor(x**3 - y**3))
    str(sp.diff(sp.sin(x) * x**2, x))
    str(sp.integrate(sp.exp(x) * x, x))
    str(sp.solve(x**2 - 4 * x + 3, x))


def sklearn_program():
    from sklearn.cluster import KMeans
    from sklearn.ensemble import RandomForestClassifier
    from sklearn.linear_model import LinearRegression, LogisticRegression

    features = [[0.0, 1.0], [1.0, 1.5], [2.0, 2.5], [3.0, 3.1]]
    LinearRegression().fit(features, [0, 1, 2, 3]).predict(features)
    LogisticRegression().fit(features, [0, 0, 1, 1]).predict(features)
    RandomForestClassifier(n_estimators=2).fit(features, [0, 0, 1, 1]).predict(features)
    KMeans(n_clusters=2, n_init=1).fit(features)


def matplotlib_program():
    import matplotlib.pyplot as plt

    figure, axes = plt.subplots()
    axes.plot([1, 2, 3], [1, 4, 9], label="warm")
    axes.set_title("$x^2$")
    axes.legend()
    figure.savefig(io.BytesIO(), format="png")
    plt.close("all")


def forget_fonts():
    # An open font holds a file whose position all forks would share.
    import gc

    from matplotlib import font_manager

    font_manager._get_font.cache_clear()
    gc.collect()


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
for program in (
    numpy_program,
    pandas_program,
    scipy_program,
    sympy_program,
    sklearn_program,
    matplotlib_program,
    forget_fonts,
    sqlite_locks,
    callbacks,
):
    program()

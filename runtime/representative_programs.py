"""Programs as users write them. The science zygote runs all of them, so that no fork does what is done at
first use; a fork that nobody waits for runs those of the kinds that are asked for, so that the pages are
there that the one program to come will write. None draws from a generator of the interpreter's own, and
none leaves anything that a program could see.
"""

import io

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


def any_kind():
    # Whatever a program imports is there already; looking that up writes to a hundred pages.
    import matplotlib
    import matplotlib.pyplot
    import numpy
    import pandas
    import scipy
    import sklearn
    import sympy
    from scipy import stats
    from sklearn.linear_model import LinearRegression


def numpy_kind():
    import numpy as np

    matrix = np.arange(12.0).reshape(3, 4)
    str(matrix), str(matrix.mean(axis=0).round(2)), str(int(matrix.sum(axis=1).max()))
    np.linalg.norm(matrix @ matrix.T), matrix[matrix > 3].tolist()


def pandas_kind():
    import pandas as pd

    frame = pd.DataFrame({"a": [1, 2, 3, 6], "b": [4.0, 5.5, 6.1, 7.2], "c": list("xyxy")})
    str(frame), str(frame["a"].mean()), str(frame.groupby("c").mean()), str(frame.describe())


def sympy_kind():
    import sympy as sp

    x = sp.Symbol("x")
    str(sp.expand((x + 2) ** 3)), str(sp.diff(sp.sin(x) * x, x)), str(sp.factor(x**2 - 4))


# The least that programs are, as users write them; what they write to, forks get ahead. Somebody waits for
# those forks, so each page should be one that nearly every program of the kind writes to.
LEAST = {
    "any": """\
import numpy as np
import pandas as pd
import sympy as sp
import matplotlib.pyplot as plt
from scipy import stats
from sklearn.linear_model import LinearRegression
print("done")
""",
    "numpy": """\
import numpy as np
print(int(np.arange(6).reshape(2, 3).sum(axis=0).max()))
""",
    "pandas": """\
import pandas as pd
print(pd.DataFrame({"a": [1, 2, 3]})["a"].mean())
""",
    "sympy": """\
import sympy as sp
x = sp.symbols("x")
print(sp.expand((x + 1) ** 2))
""",
}
KINDS = {"any": any_kind, "numpy": numpy_kind, "pandas": pandas_kind, "sympy": sympy_kind}


def warm():
    """In the zygote, once."""
    programs = (numpy_program, pandas_program, scipy_program, sympy_program, sklearn_program)
    for program in (*programs, matplotlib_program, forget_fonts):
        program()
    # Python adapts code to what it does when it has run some times, and writes into it until then.
    for _ in range(12):
        for kind in KINDS.values():
            kind()


def rehearse(kind):
    """In a fork that nobody waits for."""
    KINDS[kind]()

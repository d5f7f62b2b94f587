"""Which test modules of Debian's packages are compared, and where they may differ.

Chosen for many tests in little time, without those that write gigabytes. Each inner list is one
process outside and one program inside.
"""


def _in(folder, names):
    return [f"{folder}/test_{name}.py" for name in names.split()]


QUICK = {
    "numpy": [_in("numpy/core/tests", "numeric indexing umath_complex")
              + _in("numpy/lib/tests", "packbits index_tricks")],
    "scipy": [_in("scipy/special/tests", "boxcox data logit faddeeva")],
    "pandas": [_in("pandas/tests/tools", "to_numeric")],
    "sklearn": [_in("sklearn/utils/tests", "class_weight parallel multiclass murmurhash")
                + _in("sklearn/metrics/tests", "regression")],
    "sympy": [_in("sympy/core/tests", "basic containers symbol relational")],
    "matplotlib": [_in("matplotlib/tests", "cbook path units")],
}

MODULES = {
    "numpy": [
        _in("numpy/core/tests", "numeric indexing array_coercion casting_unittests datetime"
            " defchararray deprecations dlpack einsum half memmap numerictypes overrides regression"
            " scalar_ctors scalar_methods scalarmath shape_base umath umath_complex ufunc print"
            " records cpu_features longdouble"),
        ["numpy/fft/tests", "numpy/linalg/tests", "numpy/polynomial/tests"]
        + _in("numpy/lib/tests", "arraypad arraysetops function_base index_tricks loadtxt"
              " nanfunctions packbits shape_base stride_tricks recfunctions regression")
        + _in("numpy/random/tests", "random randomstate direct"),
    ],
    "pandas": [["pandas/tests/tools", "pandas/tests/tslibs"], ["pandas/tests/util"],
               ["pandas/tests/reshape"],
               # Not timestamp/test_timestamp.py, which runs `locale -a` to find its tests.
               ["pandas/tests/strings", *(f"pandas/tests/scalar/{folder}" for folder in
                                          ("interval", "period", "timedelta"))]
               + _in("pandas/tests/scalar", "na_scalar nat")
               + _in("pandas/tests/scalar/timestamp", "arithmetic comparisons constructors formats"
                     " rendering timezones unary_ops")],
    "scipy": [
        _in("scipy/special/tests", "basic bdtr boxcox data digamma erfinv faddeeva gammainc hyp2f1"
            " hypergeometric kolmogorov logit nan_inputs orthogonal orthogonal_eval powm1"
            " spherical_bessel wright_bessel zeta"),
        _in("scipy/linalg/tests", "basic blas cythonized_array_utils decomp_cholesky solve_toeplitz"
            " special_matrices procrustes")
        + _in("scipy/fft/tests", "numpy multithreading helper backend"),
        _in("scipy/ndimage/tests", "datatypes fourier measurements morphology splines")
        + _in("scipy/signal/tests", "windows waveforms wavelets upfirdn array_tools")
        + _in("scipy/spatial/tests", "distance slerp hausdorff _procrustes"),
    ],
    "sklearn": [
        _in("sklearn/utils/tests", "extmath class_weight parallel multiclass murmurhash validation"
            " param_validation")
        + _in("sklearn/preprocessing/tests", "label polynomial discretization")
        + _in("sklearn/metrics/tests", "classification regression ranking")
        + _in("sklearn/tests", "base naive_bayes dummy isotonic pipeline"),
    ],
    "sympy": [
        _in("sympy/core/tests", "basic arit containers symbol relational expr function numbers"
            " sympify subs power")
        + ["sympy/logic/tests", "sympy/sets/tests"],
    ],
    "matplotlib": [_in("matplotlib/tests", "cbook ticker rcparams category colors units path style"
                       " lines determinism font_manager matplotlib texmanager")],
}

# (pattern of the test's name, why it ends differently inside)
PROCESS = "starts a process, which the profile strict refuses"
POOL = "starts a pool of processes; its semaphores are in /dev/shm, which is not there either"
FONTS = "asks the program fc-list; matplotlib knows the same fonts from its cache"
PROCFS = "reads /proc, which is not there"
MEMORY = "wants an array of 2 or 4 GiB and has 2 GiB in all"
EXPECTED = [
    (r"numpy/linalg/tests/test_linalg\.py::test_(sdot_bug_8577|xerbla_override)$", PROCESS),
    (r"numpy/core/tests/test_cpu_features\.py::Test_X86_Features::test_features$", PROCFS),
    (r"numpy/core/tests/test_regression\.py::TestRegression::test_dot_big_stride$", PROCFS),
    (r"numpy/core/tests/test_ufunc\.py::TestUfunc::test_identityless_reduction_huge_array$",
     PROCFS),
    (r"numpy/core/tests/test_regression\.py::TestRegression::test_to_ctypes$", MEMORY),
    (r"pandas/tests/reshape/test_pivot\.py::.*_number_of_levels_larger_than_int32$", MEMORY),
    (r"scipy/fft/tests/test_multithreading\.py::test_mixed_threads_processes$", POOL),
    (r"scipy/fft/tests/test_numpy\.py::test_multiprocess\[", POOL),
    (r"matplotlib/tests/test_determinism\.py::test_determinism_", PROCESS),
    (r"matplotlib/tests/test_font_manager\.py::test_fontcache_thread_safe$", PROCESS),
    (r"matplotlib/tests/test_font_manager\.py::test_fork$", POOL),
    (r"matplotlib/tests/test_font_manager\.py::test_(get_fontconfig_fonts|user_fonts_linux)$",
     FONTS),
    (r"matplotlib/tests/test_matplotlib\.py::test_(importable_with_|tmpconfigdir_warning$)",
     PROCESS),
    (r"matplotlib/tests/test_rcparams\.py::test_backend_fallback_headless$", PROCESS),
]

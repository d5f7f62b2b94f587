// The four policies that every service has. Sources: the allow-list and the refusals of PyRunner's
// own first checker, and for each entry beyond those a program in tests/policy that shows why.
#include <algorithm>

#include "policy/policy.h"

namespace pyrunner {
namespace {

// Filled lines: one name per line would hide what belongs together.
// clang-format off

Policy Scientific() {
  Policy policy;
  policy.name = "scientific";
  policy.guard_modules = true;
  policy.check_strings = true;
  policy.check_imports_at_run_time = true;
  policy.allowed_modules = {
      // The seed's list.
      "math", "cmath", "decimal", "fractions", "random", "statistics", "itertools",
      "functools", "operator", "collections", "heapq", "bisect", "array", "datetime",
      "calendar", "copy", "pprint", "re", "string", "textwrap", "unicodedata", "json",
      "csv", "numpy", "sympy", "pandas", "matplotlib", "scipy", "sklearn",
      // The harmless rest of the standard library, and what the stack's own examples import.
      "__future__", "abc", "base64", "binascii", "colorsys", "contextlib", "contextvars",
      "dataclasses", "dateutil", "difflib", "enum", "graphlib", "hashlib", "hmac", "html",
      "io", "keyword", "logging", "mpl_toolkits", "mpmath", "numbers", "pytz", "queue",
      "reprlib", "secrets", "struct", "time", "traceback", "types", "typing", "uuid",
      "warnings", "weakref", "zlib", "zoneinfo"};
  policy.refused_modules = {
      "os",     "subprocess", "sys",    "importlib", "eval",    "exec",   "compile", "open",
      "file",       "input",  "raw_input", "socket",  "urllib", "httplib", "ftplib",
      "telnetlib",  "pickle", "cPickle",   "marshal", "shelve", "__import__"};
  // The seed refuses `input` too; here it is at end of file unless there is something to read.
  policy.refused_builtins = {
      "eval",    "exec",    "compile", "__import__", "open", "getattr", "setattr",
      "delattr", "breakpoint", "globals", "locals",  "vars",    "help"};
  policy.replaceable_builtins = {"help", "locals", "vars"};
  policy.refused_calls = {"file", "raw_input", "execfile", "reload"};

  policy.refused_attributes = {
      // Frames, code and what leads to them.
      "ag_await", "ag_code", "ag_frame", "co_code", "co_consts", "co_names", "cr_await",
      "cr_code", "cr_frame", "cr_origin", "f_back", "f_builtins", "f_code", "f_globals",
      "f_locals", "f_trace", "gi_code", "gi_frame", "gi_yieldfrom", "tb_frame", "tb_lasti",
      "tb_next", "func_code", "func_globals", "im_func", "im_self",
      // Modules that libraries carry under names that nothing else has.
      "_builtins", "_convert_", "exec_", "import_module", "import_optional_dependency", "_os", "_sys", "bltns", "builtins", "ctypes", "ctypeslib", "f2py",
      "importlib", "pdoctest", "subprocess", "to_pickle"};
  policy.allowed_dunders = {
      "__abs__", "__add__", "__aenter__", "__aexit__", "__aiter__", "__all__", "__and__",
      "__anext__", "__annotations__", "__array__", "__array_finalize__", "__array_function__",
      "__array_priority__", "__array_ufunc__", "__array_wrap__",
      "__author__", "__await__", "__bool__", "__bytes__", "__call__", "__cause__",
      "__ceil__", "__complex__", "__contains__", "__context__", "__copy__", "__copyright__",
      "__credits__", "__date__", "__debug__", "__deepcopy__", "__delitem__", "__divmod__",
      "__doc__", "__email__", "__enter__", "__eq__", "__exit__", "__file__", "__float__",
      "__floor__", "__floordiv__", "__format__", "__ge__", "__getitem__", "__gt__",
      "__hash__", "__iadd__", "__iand__", "__ifloordiv__", "__ilshift__", "__imatmul__",
      "__imod__", "__imul__", "__index__", "__init__", "__int__", "__invert__", "__ior__",
      "__ipow__", "__irshift__", "__isub__", "__iter__", "__itruediv__", "__ixor__",
      "__le__", "__len__", "__length_hint__", "__license__", "__lshift__", "__lt__",
      "__main__", "__maintainer__", "__match_args__", "__matmul__", "__members__",
      "__missing__", "__mod__", "__module__", "__mul__", "__name__", "__ne__", "__neg__",
      "__new__", "__next__", "__notes__", "__or__", "__pos__", "__post_init__", "__pow__",
      "__qualname__", "__radd__", "__rand__", "__rdivmod__", "__repr__", "__reversed__",
      "__rfloordiv__", "__rlshift__", "__rmatmul__", "__rmod__", "__rmul__", "__ror__",
      "__round__", "__rpow__", "__rrshift__", "__rshift__", "__rsub__", "__rtruediv__",
      "__rxor__", "__set_name__", "__setitem__", "__sizeof__", "__slots__", "__status__",
      "__str__", "__sub__", "__truediv__", "__trunc__", "__version__", "__xor__"};
  policy.allowed_methods = policy.allowed_dunders;
  policy.allowed_methods.insert({"__class_getitem__", "__del__", "__delattr__", "__delete__",
                                 "__dir__", "__get__", "__getattr__", "__set__", "__setattr__"});
  policy.refused_exception_attributes = {"obj"};

  policy.refused_members = {
      "io.BufferedRandom", "io.BufferedReader", "io.BufferedWriter", "io.FileIO",
      "io.OpenWrapper", "io.open", "io.open_code", "logging.FileHandler", "logging.config",
      "logging.handlers", "string.Formatter", "types.CodeType", "traceback.walk_stack",
      "traceback.walk_tb", "traceback.extract_stack", "zoneinfo.reset_tzpath",
      // numpy: files, C, compilers, code in strings.
      "numpy.DataSource", "numpy.core.fromfile", "numpy.core.memmap", "numpy.core.multiarray.fromfile", "numpy.core.records.fromfile", "numpy.lib.DataSource", "numpy.lib.memmap", "numpy.rec.fromfile", "pandas.io.api.read_pickle", "traceback.FrameSummary", "traceback.StackSummary", "traceback.print_list", "traceback.format_list", "warnings.formatwarning", "warnings.showwarning", "warnings.warn_explicit", "logging.currentframe", "enum.global_enum", "typing.get_type_hints", "typing.ForwardRef", "numpy.compat", "numpy.ctypeslib", "numpy.distutils",
      "numpy.f2py", "numpy.fromfile", "numpy.lib.format", "numpy.lib.npyio",
      "numpy.lib.utils", "numpy.memmap", "numpy.source", "numpy.testing", "numpy.lookfor",
      // pandas
      "pandas.compat", "pandas.core.computation", "pandas.io.clipboard",
      "pandas.io.clipboards", "pandas.io.common", "pandas.io.pickle", "pandas.io.sql",
      "pandas.read_clipboard", "pandas.read_pickle", "pandas.to_pickle", "pandas.test",
      "pandas.testing.os", "pandas.util.testing",
      // sympy: parsers that evaluate, code generators, programs that it starts.
      "sympy.codegen", "sympy.external", "sympy.interactive", "sympy.parsing",
      "sympy.preview", "sympy.parse_expr", "sympy.printing.preview", "sympy.testing",
      "sympy.test", "sympy.doctest", "sympy.plotting.pygletplot",
      "sympy.utilities._compilation", "sympy.utilities.autowrap", "sympy.utilities.codegen",
      "sympy.utilities.runtests", "sympy.utilities.source",
      // matplotlib
      "matplotlib.dviread", "matplotlib.sphinxext", "matplotlib.testing",
      "matplotlib.texmanager", "matplotlib.test",
      // scipy and scikit-learn
      "scipy.LowLevelCallable", "scipy.test", "scipy.weave",
      "sklearn.datasets.fetch_openml", "sklearn.externals", "sklearn.show_versions",
      "sklearn.utils.discovery", "sklearn.utils.parallel"};
  policy.hidden_modules = {
      "ast", "asyncio", "atexit", "builtins", "bz2", "code", "codecs", "codeop", "copyreg",
      "ctypes", "dis", "doctest", "fcntl", "ftplib", "gc", "getpass", "glob", "gzip",
      "http", "exec_", "imp", "import_module", "import_optional_dependency", "importlib", "inspect", "io", "joblib", "linecache", "locale", "lzma",
      "marshal", "mm", "mmap", "multiprocessing", "nt", "os", "parser", "pathlib", "pdb",
      "pickle", "pickletools", "pkgutil", "platform", "posix", "posixpath", "profile",
      "psutil", "pty", "pwd", "pydoc", "resource", "runpy", "select", "selectors", "shelve",
      "shlex", "shutil", "signal", "site", "smtplib", "socket", "sqlite3", "ssl", "stat",
      "subprocess", "symtable", "sys", "sysconfig", "tarfile", "tempfile", "thread",
      "threading", "threadpoolctl", "timeit", "tokenize", "trace", "tracemalloc",
      "unittest", "urllib", "zipfile", "zipimport"};
  policy.visible_members = {"dateutil.parser", "html.parser", "numpy.ma.trace", "sympy.physics.units.mm", "sympy.matrices.expressions.trace", "scipy.signal",      "scipy.io",    "pandas.io",
                            "scipy.stats.trace", "numpy.trace", "numpy.select",
                            "sympy.trace",       "sympy.Trace", "numpy.linalg.trace"};
  policy.literal_only = {"operator.attrgetter", "operator.methodcaller", "pandas.eval"};
  policy.refused_arguments = {"allow_pickle"};
  return policy;
}

Policy NoDangerousImports() {
  Policy policy;
  policy.name = "no-dangerous-imports";
  policy.check_imports_at_run_time = true;
  policy.refused_modules = {
      "os",           "sys", "subprocess",   "importlib", "builtins",     "ctypes", "cffi",
      "posix", "pty",          "socket", "socketserver", "shutil", "signal",
      "resource", "fcntl",        "multiprocessing", "_thread",      "_posixsubprocess",
      "imp",          "runpy", "code",         "codeop", "gc",           "inspect",
      "pickle",       "marshal", "shelve",       "ssl", "urllib",       "http", "ftplib",
      "smtplib", "telnetlib",    "requests", "webbrowser",   "pathlib", "tempfile",
      "glob", "mmap",         "pdb", "platform",     "pkgutil", "site",         "sysconfig",
      "tracemalloc",  "zipimport", "xmlrpc",       "asyncio", "_ctypes",      "_socket",
      "_io"};
  policy.refused_builtins = {"eval", "exec", "compile", "__import__", "breakpoint"};
  policy.refused_attributes = {"__builtins__", "__bases__", "__code__", "__globals__",
                               "__subclasses__"};
  return policy;
}

Policy UnsafeCalls() {
  Policy policy;
  policy.name = "unsafe-calls";
  policy.refused_builtins = {"eval", "exec", "compile", "__import__"};
  policy.refused_members = {
      "builtins.__import__", "builtins.compile", "builtins.eval", "builtins.exec",
      "os.system", "os.popen", "os.execl", "os.execle", "os.execlp", "os.execlpe",
      "os.execv", "os.execve", "os.execvp", "os.execvpe", "os.fork", "os.forkpty",
      "os.kill", "os.killpg", "os.posix_spawn", "os.posix_spawnp", "os.spawnl",
      "os.spawnle", "os.spawnlp", "os.spawnlpe", "os.spawnv", "os.spawnve", "os.spawnvp",
      "os.spawnvpe", "os.remove", "os.removedirs", "os.rmdir", "os.unlink", "posix.*",
      "pty.*", "subprocess.*", "ctypes.CDLL", "ctypes.PyDLL", "ctypes.cdll", "ctypes.pydll",
      "ctypes.pythonapi", "importlib.import_module", "importlib.__import__",
      "shutil.rmtree", "socket.*", "multiprocessing.*", "runpy.*"};
  return policy;
}

Policy Open() {
  Policy policy;
  policy.name = "open";
  return policy;
}

// clang-format on

}  // namespace

const std::vector<Policy>& BuiltinPolicies() {
  static const std::vector<Policy> policies = {Scientific(), NoDangerousImports(), UnsafeCalls(),
                                               Open()};
  return policies;
}

const Policy* FindBuiltinPolicy(std::string_view name) {
  const auto& policies = BuiltinPolicies();
  const auto found = std::find_if(policies.begin(), policies.end(),
                                  [&](const Policy& policy) { return policy.name == name; });
  return found != policies.end() ? &*found : nullptr;
}

}  // namespace pyrunner

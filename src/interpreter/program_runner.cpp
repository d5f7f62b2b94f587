#include "interpreter/program_runner.h"

#include <fcntl.h>
#include <unistd.h>

#include "base/fd.h"
#include "interpreter/policy.h"

namespace pyrunner::interpreter {
namespace {

constexpr const char* kProgramPath = "/tmp/main.py";
constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

using Clock = std::chrono::steady_clock;

std::uint64_t NanosecondsSince(Clock::time_point start) {
  return static_cast<std::uint64_t>(
      std::chrono::duration_cast<std::chrono::nanoseconds>(Clock::now() - start).count());
}

/// Writes the program where tracebacks, inspect and the program itself look for it. A full or
/// forbidden scratch directory costs the source lines in tracebacks, no more.
void SaveSource(std::string_view code) {
  const Fd file(::open(kProgramPath, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600));
  while (file && !code.empty()) {
    const ssize_t written = ::write(file.get(), code.data(), code.size());
    if (written <= 0) return;
    code.remove_prefix(static_cast<std::size_t>(written));
  }
}

/// Parses, checks and compiles. No code object and no refusal: an exception is pending.
struct Compiled {
  PyRef code;
  std::optional<std::string> refusal;
};

Compiled Compile(std::string_view source, const std::string& policy) {
  Compiled result;
  if (source.starts_with(kByteOrderMark)) source.remove_prefix(kByteOrderMark.size());
  if (source.find('\0') != std::string_view::npos) {
    PyErr_SetString(PyExc_SyntaxError, "source code cannot contain null bytes");
    return result;
  }
  const std::string text(source);
  PyCompilerFlags flags = _PyCompilerFlags_INIT;
  // A coding cookie would make the compiler read another text than the one that was sent.
  flags.cf_flags = PyCF_ONLY_AST | PyCF_IGNORE_COOKIE | PyCF_SOURCE_IS_UTF8;
  const PyRef tree(Py_CompileStringExFlags(text.c_str(), kProgramPath, Py_file_input, &flags, -1));
  if (!tree) return result;
  result.refusal = CheckPolicy(policy, tree.get());
  if (result.refusal) return result;
  // Compiles the very tree that was checked.
  PyObject* compile = PyDict_GetItemString(PyEval_GetBuiltins(), "compile");
  result.code =
      PyRef(PyObject_CallFunction(compile, "OssiO", tree.get(), kProgramPath, "exec", 0, Py_True));
  return result;
}

void SetArguments(const std::vector<std::string>& arguments) {
  const PyRef argv(PyList_New(0));
  const auto append = [&argv](std::string_view text) {
    const PyRef item(
        PyUnicode_DecodeUTF8(text.data(), static_cast<Py_ssize_t>(text.size()), "surrogateescape"));
    if (item) PyList_Append(argv.get(), item.get());
  };
  append("main.py");
  for (const std::string& argument : arguments) append(argument);
  PySys_SetObject("argv", argv.get());
}

/// The namespace of __main__, as a script finds it.
PyObject* MainNamespace() {
  PyObject* globals = PyModule_GetDict(PyImport_AddModule("__main__"));
  const PyRef file(PyUnicode_FromString(kProgramPath));
  PyDict_SetItemString(globals, "__file__", file.get());
  return globals;
}

/// The line of the innermost frame that is the program's own.
int LineOf(PyObject* traceback) {
  long line = 0;
  for (auto* entry = reinterpret_cast<PyTracebackObject*>(traceback); entry != nullptr;
       entry = entry->tb_next) {
    const PyRef code(reinterpret_cast<PyObject*>(PyFrame_GetCode(entry->tb_frame)));
    PyObject* file = reinterpret_cast<PyCodeObject*>(code.get())->co_filename;
    if (PyUnicode_CompareWithASCIIString(file, kProgramPath) != 0) continue;
    // The attribute and not the field, which is filled in only when somebody asks.
    const PyRef number(PyObject_GetAttrString(reinterpret_cast<PyObject*>(entry), "tb_lineno"));
    if (number) line = PyLong_AsLong(number.get());
  }
  return static_cast<int>(line);
}

/// A syntax error has no frame; it knows its line itself.
int SyntaxErrorLine(PyObject* error) {
  const PyRef file(PyObject_GetAttrString(error, "filename"));
  const PyRef line(PyObject_GetAttrString(error, "lineno"));
  int result = 0;
  if (file && line && PyUnicode_Check(file.get()) && PyLong_Check(line.get()) &&
      PyUnicode_CompareWithASCIIString(file.get(), kProgramPath) == 0) {
    result = static_cast<int>(PyLong_AsLong(line.get()));
  }
  PyErr_Clear();
  return result;
}

/// sys.exit's argument as an exit code; anything but a number is printed, as Python does.
int ExitCodeOf(PyObject* error) {
  PyRef code(PyObject_GetAttrString(error, "code"));
  if (!code) {
    PyErr_Clear();
    return 1;
  }
  if (code.get() == Py_None) return 0;
  if (PyLong_Check(code.get())) {
    const long value = PyLong_AsLong(code.get());
    PyErr_Clear();
    return static_cast<int>(value & 0xff);
  }
  PyObject* standard_error = PySys_GetObject("stderr");
  if (standard_error != nullptr && standard_error != Py_None) {
    PyFile_WriteObject(code.get(), standard_error, Py_PRINT_RAW);
    PyFile_WriteString("\n", standard_error);
  }
  PyErr_Clear();
  return 1;
}

/// Takes the pending exception: prints it as Python would, and says what it was.
void ReportException(ProgramEnd& end) {
  PyObject* type = nullptr;
  PyObject* value = nullptr;
  PyObject* traceback = nullptr;
  PyErr_Fetch(&type, &value, &traceback);
  PyErr_NormalizeException(&type, &value, &traceback);
  if (traceback != nullptr) PyException_SetTraceback(value, traceback);
  const bool exits = PyErr_GivenExceptionMatches(type, PyExc_SystemExit) != 0;
  end.exit_code = exits ? ExitCodeOf(value) : 1;
  if (end.exit_code != 0 && value != nullptr) {
    const char* name = Py_TYPE(value)->tp_name;
    const char* dot = std::strrchr(name, '.');
    end.finished.exception_type = dot != nullptr ? dot + 1 : name;
    end.finished.memory_error = PyErr_GivenExceptionMatches(type, PyExc_MemoryError) != 0;
    end.finished.line = traceback != nullptr ? LineOf(traceback) : 0;
    if (PyErr_GivenExceptionMatches(type, PyExc_SyntaxError) != 0) {
      if (const int line = SyntaxErrorLine(value); line != 0) end.finished.line = line;
    }
  }
  if (exits) {
    Py_XDECREF(type);
    Py_XDECREF(value);
    Py_XDECREF(traceback);
    return;
  }
  PyErr_Restore(type, value, traceback);
  PyErr_PrintEx(0);
}

void Flush(const char* stream) {
  PyObject* file = PySys_GetObject(stream);
  if (file == nullptr || file == Py_None) return;
  const PyRef result(PyObject_CallMethod(file, "flush", nullptr));
  if (!result) PyErr_Clear();
}

void ReadFrom(const std::string& bytes) {
  // A file without a name: seekable, like a shell's redirection.
  const Fd file(::open("/tmp", O_TMPFILE | O_RDWR | O_CLOEXEC, 0600));
  std::string_view rest = bytes;
  while (file && !rest.empty()) {
    const ssize_t written = ::write(file.get(), rest.data(), rest.size());
    if (written <= 0) break;
    rest.remove_prefix(static_cast<std::size_t>(written));
  }
  if (!file) return;
  ::lseek(file.get(), 0, SEEK_SET);
  ::dup2(file.get(), STDIN_FILENO);
}

}  // namespace

void ProgramRunner::Rehearse() {
  const PyRef globals(PyDict_New());
  PyDict_SetItemString(globals.get(), "__builtins__", PyEval_GetBuiltins());
  const Compiled compiled = Compile(
      "def square(x):\n    return x * x\n"
      "text = ', '.join(f'{square(i)}' for i in range(3))\n"
      "print('', end='', flush=True)\n",
      "scientific");
  const PyRef result(
      compiled.code ? PyEval_EvalCode(compiled.code.get(), globals.get(), globals.get()) : nullptr);
  if (!result) PyErr_Clear();
}

ProgramEnd ProgramRunner::Run(const wire::ProgramMessage& program) {
  ProgramEnd end;
  SetArguments(program.arguments);
  if (!program.standard_input.empty()) ReadFrom(program.standard_input);
  SaveSource(program.code);
  PyObject* globals = MainNamespace();

  const auto compile_start = Clock::now();
  Compiled compiled = Compile(program.code, program.policy);
  end.finished.compile_nanoseconds = NanosecondsSince(compile_start);
  if (compiled.refusal) {
    end.refusal = std::move(compiled.refusal);
    return end;
  }
  const auto run_start = Clock::now();
  if (compiled.code) {
    const PyRef result(PyEval_EvalCode(compiled.code.get(), globals, globals));
    if (!result) ReportException(end);
  } else {
    ReportException(end);
  }
  compiled.code = PyRef();
  // What a script's end does: wait for threads, atexit, then the module's own objects.
  if (const Status done = CallRuntime(runtime_, "shutdown"); !done) PyErr_Clear();
  _PyModule_Clear(PyImport_AddModule("__main__"));
  Flush("stdout");
  Flush("stderr");
  end.finished.run_nanoseconds = NanosecondsSince(run_start);
  return end;
}

}  // namespace pyrunner::interpreter

#include "interpreter/program_runner.h"

#include <fcntl.h>
#include <unistd.h>

#include <chrono>
#include <cstring>

#include "base/fd.h"
#include "interpreter/imported_names.h"
#include "interpreter/main_function.h"
#include "interpreter/policy_checker.h"
#include "interpreter/syntax_tree.h"
#include "policy/policy.h"

namespace pyrunner::interpreter {
namespace {

using Clock = std::chrono::steady_clock;

std::uint64_t NanosecondsSince(Clock::time_point start) {
  return static_cast<std::uint64_t>(
      std::chrono::duration_cast<std::chrono::nanoseconds>(Clock::now() - start).count());
}

/// Writes the program where tracebacks, inspect and the program itself look for it. A full or
/// forbidden scratch directory costs the source lines in tracebacks, no more.
void SaveSource(const char* path, std::string_view code) {
  const Fd file(::open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600));
  while (file && !code.empty()) {
    const ssize_t written = ::write(file.get(), code.data(), code.size());
    if (written <= 0) return;
    code.remove_prefix(static_cast<std::size_t>(written));
  }
}

/// The policy of a program: a built-in one, or the operator's own. Nothing if there is no such.
const Policy* PolicyOf(const wire::ProgramMessage& program, std::optional<Policy>& own) {
  if (program.policy_definition.empty()) return FindBuiltinPolicy(program.policy);
  own = DecodePolicy(program.policy_definition);
  return own ? &*own : nullptr;
}

wire::Refused RefusedBy(const Refusal& refusal) {
  return {.reason = refusal.reason, .line = refusal.line, .column = refusal.column};
}

/// The pending SyntaxError, or what else the parser raised, as a refusal; clears it.
wire::Refused RefusedSyntax() {
  wire::Refused refused{.cause = wire::Refused::Cause::kSyntax};
  const auto error = RaisedException::Take();
  const auto attribute = [&](const char* name) {
    return PyRef(PyObject_GetAttrString(error.value.get(), name));
  };
  const PyRef message = attribute("msg");
  const PyRef text(message ? nullptr : PyObject_Str(error.value.get()));
  refused.reason = TextOf(message ? message.get() : text.get());
  const auto number = [](const PyRef& object) {
    return object && PyLong_Check(object.get()) != 0
               ? static_cast<std::int32_t>(PyLong_AsLong(object.get()))
               : 0;
  };
  refused.line = number(attribute("lineno"));
  refused.column = number(attribute("offset"));
  PyErr_Clear();
  return refused;
}

/// Parsed, checked and compiled. No code object and no refusal: an exception is pending.
struct Compiled {
  PyRef code;
  std::optional<wire::Refused> refusal;
};

Compiled Compile(const char* path, std::string_view source, const Policy& policy, bool needs_main) {
  Compiled result;
  SyntaxTree tree = SyntaxTree::Parse(source, path);
  if (tree.valid()) {
    if (const auto refusal = CheckPolicy(policy, tree, source)) {
      result.refusal = RefusedBy(*refusal);
      return result;
    }
    if (needs_main && !MayDefineMain(tree)) {
      result.refusal = wire::Refused{.cause = wire::Refused::Cause::kNoMain,
                                     .reason = "There is no main() function"};
      return result;
    }
    result.code = tree.Compile();
  }
  // A lack of memory is none of the program's text.
  const bool about_text = !result.code && PyErr_ExceptionMatches(PyExc_MemoryError) == 0;
  if (about_text && needs_main) result.refusal = RefusedSyntax();
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
PyObject* MainNamespace(const char* path) {
  PyObject* globals = PyModule_GetDict(PyImport_AddModule("__main__"));
  const PyRef file(PyUnicode_FromString(path));
  PyDict_SetItemString(globals, "__file__", file.get());
  return globals;
}

/// The line of the innermost frame that is the program's own.
int LineOf(const char* path, PyObject* traceback) {
  long line = 0;
  for (auto* entry = reinterpret_cast<PyTracebackObject*>(traceback); entry != nullptr;
       entry = entry->tb_next) {
    const PyRef code(reinterpret_cast<PyObject*>(PyFrame_GetCode(entry->tb_frame)));
    PyObject* file = reinterpret_cast<PyCodeObject*>(code.get())->co_filename;
    if (PyUnicode_CompareWithASCIIString(file, path) != 0) continue;
    // The attribute and not the field, which is filled in only when somebody asks.
    const PyRef number(PyObject_GetAttrString(reinterpret_cast<PyObject*>(entry), "tb_lineno"));
    if (number) line = PyLong_AsLong(number.get());
  }
  return static_cast<int>(line);
}

/// A syntax error has no frame; it knows its line itself.
int SyntaxErrorLine(const char* path, PyObject* error) {
  const PyRef file(PyObject_GetAttrString(error, "filename"));
  const PyRef line(PyObject_GetAttrString(error, "lineno"));
  int result = 0;
  if (file && line && PyUnicode_Check(file.get()) && PyLong_Check(line.get()) &&
      PyUnicode_CompareWithASCIIString(file.get(), path) == 0) {
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

/// The exception as the end of its traceback has it: "ValueError: no".
std::string LastLine(const PyRef& runtime, PyObject* error) {
  constexpr std::size_t kMaxBytes = 2000;
  PyObject* function = PyDict_GetItemString(runtime.get(), "last_line");
  const PyRef text(PyObject_CallOneArg(function, error));
  // Lone surrogates have no UTF-8.
  const PyRef bytes(text ? PyUnicode_AsEncodedString(text.get(), "utf-8", "backslashreplace")
                         : nullptr);
  PyErr_Clear();
  if (!bytes) return Py_TYPE(error)->tp_name;
  std::string line(PyBytes_AsString(bytes.get()),
                   static_cast<std::size_t>(PyBytes_Size(bytes.get())));
  if (line.size() <= kMaxBytes) return line;
  line.resize(kMaxBytes);
  while (!line.empty() && (static_cast<unsigned char>(line.back()) & 0xc0U) == 0x80U)
    line.pop_back();
  if (!line.empty() && static_cast<unsigned char>(line.back()) >= 0xc0U) line.pop_back();
  return line + " [...]";
}

/// Takes the pending exception: prints it as Python would, and says what it was.
void ReportException(const PyRef& runtime, const char* path, ProgramEnd& end) {
  auto error = RaisedException::Take();
  PyObject* const type = error.type.get();
  PyObject* const value = error.value.get();
  PyObject* const traceback = error.traceback.get();
  if (traceback != nullptr) PyException_SetTraceback(value, traceback);
  const bool exits = PyErr_GivenExceptionMatches(type, PyExc_SystemExit) != 0;
  end.exit_code = exits ? ExitCodeOf(value) : 1;
  if (end.exit_code != 0 && value != nullptr) {
    const char* name = Py_TYPE(value)->tp_name;
    const char* dot = std::strrchr(name, '.');
    end.finished.exception_type = dot != nullptr ? dot + 1 : name;
    end.finished.exception_text = LastLine(runtime, value);
    end.finished.memory_error = PyErr_GivenExceptionMatches(type, PyExc_MemoryError) != 0;
    end.finished.line = traceback != nullptr ? LineOf(path, traceback) : 0;
    if (PyErr_GivenExceptionMatches(type, PyExc_SyntaxError) != 0) {
      if (const int line = SyntaxErrorLine(path, value); line != 0) end.finished.line = line;
    }
  }
  if (exits) return;
  if (IsMissingModule(value)) {
    // To the operator's wording belongs that it stands alone.
    const PyRef text(PyObject_Str(value));
    end.finished.exception_text = "ImportError: " + std::string(TextOf(text.get()));
    PySys_WriteStderr("%s", end.finished.exception_text.c_str());
    return;
  }
  std::move(error).Raise();
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
  Fd file(::open(".", O_TMPFILE | O_RDWR | O_CLOEXEC, 0600));
  if (!file) {  // not every file system can
    constexpr const char* kName = ".stdin";
    file = Fd(::open(kName, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
    ::unlink(kName);
  }
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

Result<PreparedInterpreter> PreparedInterpreter::Make() {
  auto runtime = RunRuntimeFile("sandbox_start.py");
  if (!runtime) return tl::unexpected(runtime.error());
  auto imports = ImportGuard::Make();
  if (!imports) return tl::unexpected(imports.error());
  if (Status done = CallRuntime(*runtime, "prepare"); !done) return tl::unexpected(done.error());
  auto random = RandomStates::Find(*runtime);
  if (!random) return tl::unexpected(random.error());
  return PreparedInterpreter{std::move(*runtime), std::move(*imports), std::move(*random), PyRef()};
}

// As long as most programs are, so that what parsing and compiling needs is there.
constexpr std::string_view kRehearsal = R"(
import math
import math as m
from math import floor, sqrt
from math import ceil as up
import sys, time

class Point:
    """A place."""

    def __init__(self, x, y=0.5, *, name=None):
        self.x, self.y, self.name = x, y, name

    @property
    def length(self):
        return sqrt(self.x**2 + self.y * self.y)

def square(x):
    return x * x if x > 0 else -x

total = 0
for i in range(3):
    total += square(i)
    if total > 2 and i not in (4, 5):
        continue
    try:
        total -= floor(m.pi) / (i - 1)
    except (ZeroDivisionError, ValueError) as error:
        text = f"{error}: {total:.2f}"
points = [Point(i, i + 1.5) for i in range(2)]
lengths = {str(p.x): up(p.length) for p in points}
text = ", ".join(f"{key}={value!r}" for key, value in sorted(lengths.items()))
with_all = {"a": [1, 2.5, None, True], "b": (text, lengths), "c": lambda x, *rest: x}
print("", end="", flush=True)

def main():
    return {"a": [1, 2.5, None, True]}
)";

void ProgramRunner::RehearseAnyProgram() const {
  const Policy& policy = *FindBuiltinPolicy("scientific");
  const PyRef globals(PyDict_New());
  if (!interpreter_.imports.Protect(policy, globals.get())) PyErr_Clear();
  const Compiled compiled = Compile(program_path_.c_str(), kRehearsal, policy, true);
  const PyRef result(
      compiled.code ? PyEval_EvalCode(compiled.code.get(), globals.get(), globals.get()) : nullptr);
  bool in_result = false;
  if (!result || !CallMain(
                     interpreter_.runtime, globals.get(), [](std::string_view) {}, in_result)) {
    PyErr_Clear();
  }
}

void ProgramRunner::Rehearse(std::uint32_t kinds) const {
  if ((kinds & wire::kAnyProgram) != 0) RehearseAnyProgram();
  if (!interpreter_.programs) return;
  const auto rehearse = [this](const char* kind) {
    // It is no more than a preparation.
    (void)CallRuntime(interpreter_.programs, "rehearse", kind);
  };
  if ((kinds & wire::kAnyProgram) != 0) rehearse("any");
  for (const auto& [kind, library] : wire::kLibraryKinds) {
    if ((kinds & kind) != 0) rehearse(library);
  }
}

ProgramEnd ProgramRunner::Run(const wire::ProgramMessage& program, const SendResult& send) {
  ProgramEnd end;
  SetArguments(program.arguments);
  if (!program.standard_input.empty()) ReadFrom(program.standard_input);
  const char* path = program_path_.c_str();
  SaveSource(path, program.code);
  PyObject* globals = MainNamespace(path);

  const auto compile_start = Clock::now();
  std::optional<Policy> own_policy;
  const Policy* policy = PolicyOf(program, own_policy);
  if (policy == nullptr) {
    end.refusal = wire::Refused{.reason = "The policy '" + program.policy + "' does not exist"};
    return end;
  }
  Compiled compiled = Compile(path, program.code, *policy, program.call_main);
  end.finished.compile_nanoseconds = NanosecondsSince(compile_start);
  if (compiled.refusal) {
    end.refusal = std::move(compiled.refusal);
    return end;
  }
  const auto run_start = Clock::now();
  if (policy->check_imports_at_run_time && !interpreter_.imports.Protect(*policy, globals))
    PyErr_Clear();
  if (compiled.code) {
    PyRef result(PyEval_EvalCode(compiled.code.get(), globals, globals));
    const bool returned = result && (!program.call_main || CallMain(interpreter_.runtime, globals,
                                                                    send, end.finished.in_result));
    if (!returned) ReportException(interpreter_.runtime, path, end);
  } else {
    ReportException(interpreter_.runtime, path, end);
  }
  compiled.code = PyRef();
  // What a script's end does: wait for threads, atexit, then the module's own objects.
  if (const Status done = CallRuntime(interpreter_.runtime, "shutdown"); !done) PyErr_Clear();
  _PyModule_Clear(PyImport_AddModule("__main__"));
  Flush("stdout");
  Flush("stderr");
  end.finished.run_nanoseconds = NanosecondsSince(run_start);
  return end;
}

}  // namespace pyrunner::interpreter

#include "interpreter/python.h"

#include <cstdlib>

#include "runtime_files.h"

namespace pyrunner::interpreter {
namespace {

struct Variable {
  const char* name;
  const char* value;
};

// One thread per library: a zygote must be single-threaded when it forks, and a sandbox has one
// processor. JOBLIB_MULTIPROCESSING and LOKY_MAX_CPU_COUNT keep joblib from semaphores in
// /dev/shm and from running lscpu, neither of which a sandbox has.
constexpr const char* kTemporary[] = {"HOME", "TMPDIR", "MPLCONFIGDIR"};
constexpr Variable kEnvironment[] = {
    {"PATH", "/usr/local/bin:/usr/bin:/bin"},
    {"LANG", "C.UTF-8"},
    {"LC_ALL", "C.UTF-8"},
    {"MPLBACKEND", "Agg"},
    {"OMP_NUM_THREADS", "1"},
    {"OPENBLAS_NUM_THREADS", "1"},
    {"MKL_NUM_THREADS", "1"},
    {"NUMEXPR_NUM_THREADS", "1"},
    {"JOBLIB_MULTIPROCESSING", "0"},
    {"LOKY_MAX_CPU_COUNT", "1"},
};

std::string Utf8(PyObject* object) {
  if (object == nullptr) return {};
  const PyRef text(PyObject_Str(object));
  const char* bytes = text ? PyUnicode_AsUTF8(text.get()) : nullptr;
  if (bytes == nullptr) {
    PyErr_Clear();
    return {};
  }
  return bytes;
}

std::string_view RuntimeSource(std::string_view name) {
  for (const EmbeddedFile& file : kRuntimeFiles) {
    if (file.name == name) return file.source;
  }
  return {};
}

PyStatus Initialize(PyConfig& config) {
  config.write_bytecode = 0;
  config.buffered_stdio = 0;           // what was printed before a kill must not be lost
  config.install_signal_handlers = 1;  // also makes SIGXFSZ and SIGPIPE ordinary exceptions
  PyStatus status = PyConfig_SetBytesString(&config, &config.program_name, "/usr/bin/python3");
  if (PyStatus_Exception(status) != 0) return status;
  status = PyConfig_SetBytesString(&config, &config.stdio_encoding, "utf-8");
  if (PyStatus_Exception(status) != 0) return status;
  return Py_InitializeFromConfig(&config);
}

}  // namespace

std::string_view TextOf(PyObject* text) {
  if (text == nullptr || PyUnicode_Check(text) == 0) return {};
  Py_ssize_t size = 0;
  const char* bytes = PyUnicode_AsUTF8AndSize(text, &size);
  if (bytes == nullptr) {
    PyErr_Clear();  // a lone surrogate, which no name that matters has
    return {};
  }
  return {bytes, static_cast<std::size_t>(size)};
}

RaisedException RaisedException::Take() {
  PyObject* type = nullptr;
  PyObject* value = nullptr;
  PyObject* traceback = nullptr;
  PyErr_Fetch(&type, &value, &traceback);
  PyErr_NormalizeException(&type, &value, &traceback);
  return {.type = PyRef(type), .value = PyRef(value), .traceback = PyRef(traceback)};
}

std::string TakeError() {
  const auto error = RaisedException::Take();
  if (!error.type) return "no exception";
  return std::string(reinterpret_cast<PyTypeObject*>(error.type.get())->tp_name) + ": " +
         Utf8(error.value.get());
}

Status StartPython(const std::string& temporary) {
  ::clearenv();
  for (const char* name : kTemporary) ::setenv(name, temporary.c_str(), 1);
  for (const auto& [name, value] : kEnvironment) ::setenv(name, value, 1);
  PyPreConfig before;
  PyPreConfig_InitIsolatedConfig(&before);
  before.configure_locale = 1;  // or file names would be ASCII
  PyStatus status = Py_PreInitialize(&before);
  PyConfig config;
  PyConfig_InitIsolatedConfig(&config);
  if (PyStatus_Exception(status) == 0) status = Initialize(config);
  PyConfig_Clear(&config);
  if (PyStatus_Exception(status) != 0) {
    return Failure(std::string("Python does not start: ") +
                   (status.err_msg != nullptr ? status.err_msg : "unknown reason"));
  }
  return {};
}

Result<PyRef> RunRuntimeFile(std::string_view name) {
  const std::string source(RuntimeSource(name));
  const std::string file = "<pyrunner " + std::string(name) + ">";
  PyRef globals(PyDict_New());
  if (!globals) return Failure(TakeError());
  PyDict_SetItemString(globals.get(), "__builtins__", PyEval_GetBuiltins());
  const PyRef code(Py_CompileString(source.c_str(), file.c_str(), Py_file_input));
  if (!code) return Failure(file + ": " + TakeError());
  const PyRef result(PyEval_EvalCode(code.get(), globals.get(), globals.get()));
  if (!result) return Failure(file + ": " + TakeError());
  return globals;
}

Status CallRuntime(const PyRef& globals, const char* function, const char* argument) {
  PyObject* callable = PyDict_GetItemString(globals.get(), function);
  if (callable == nullptr) return Failure(std::string("runtime lacks ") + function);
  const PyRef result(argument == nullptr ? PyObject_CallNoArgs(callable)
                                         : PyObject_CallFunction(callable, "s", argument));
  if (!result) return Failure(std::string(function) + ": " + TakeError());
  return {};
}

}  // namespace pyrunner::interpreter

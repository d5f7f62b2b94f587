#include "interpreter/program_pages.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <iterator>
#include <string>
#include <string_view>
#include <utility>

namespace pyrunner::interpreter {
namespace {

// Where no file can be made, in whichever root: the program is not saved for its tracebacks.
constexpr const char* kNoFolder = "/dev/null";

void Silence() {
  const Fd null(::open("/dev/null", O_RDWR | O_CLOEXEC));
  for (const int stream : {STDOUT_FILENO, STDERR_FILENO}) (void)::dup2(null.get(), stream);
}

/// What a fork does for its program, from the first line of Python to the last. In a zygote with
/// libraries the program imports them, as nearly all do that are sent there.
void RunProgram(const PreparedInterpreter& interpreter, std::string code) {
  Silence();
  if (!CallRuntime(interpreter.runtime, "forget_work_at_exit")) return;
  (void)interpreter.random.Reseed();
  ProgramRunner runner(interpreter, kNoFolder);
  wire::ProgramMessage program;
  program.code = std::move(code);
  program.policy = "scientific";  // as by default
  runner.Run(program, [](std::string_view) {});
}

/// The least that a program of this kind is.
std::string SourceOf(const PyRef& programs, const char* kind) {
  if (!programs) return "print('done')\n";
  PyObject* sources = PyDict_GetItemString(programs.get(), "LEAST");
  PyObject* source = sources == nullptr ? nullptr : PyDict_GetItemString(sources, kind);
  return source == nullptr ? std::string() : std::string(TextOf(source));
}

Result<Pages> PagesOf(const Fd& procfs, const PreparedInterpreter& interpreter, const char* kind) {
  const std::string source = SourceOf(interpreter.programs, kind);
  return PagesWrittenBy(procfs, [&] { RunProgram(interpreter, source); });
}

}  // namespace

Result<ProgramPages> ProgramPages::Find(const Fd& procfs, const PreparedInterpreter& interpreter) {
  const auto of_any = PagesOf(procfs, interpreter, "any");
  if (!of_any) return tl::unexpected(of_any.error());
  ProgramPages found;
  found.kinds_.push_back({wire::kAnyProgram, RangesOf(*of_any)});
  if (!interpreter.programs) return found;
  for (const auto& [kind, library] : wire::kLibraryKinds) {
    const auto pages = PagesOf(procfs, interpreter, library);
    if (!pages) return tl::unexpected(pages.error());
    Pages own;
    std::set_difference(pages->begin(), pages->end(), of_any->begin(), of_any->end(),
                        std::back_inserter(own));
    found.kinds_.push_back({kind, RangesOf(own)});
  }
  return found;
}

void ProgramPages::Prefault(std::uint32_t kinds) const {
  for (const OfKind& of : kinds_) {
    if ((kinds & of.kind) != 0) interpreter::Prefault(of.ranges);
  }
}

}  // namespace pyrunner::interpreter

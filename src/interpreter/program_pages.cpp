#include "interpreter/program_pages.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <iterator>
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
void RunAsAProgram(const PreparedInterpreter& interpreter, const char* kind) {
  Silence();
  (void)interpreter.random.Reseed();
  ProgramRunner runner(interpreter, kNoFolder);
  if (interpreter.programs) (void)CallRuntime(interpreter.programs, "do_least", kind);
  wire::ProgramMessage program;
  program.code = "print('done')\n";
  program.policy = "open";
  runner.Run(program, [](std::string_view) {});
}

}  // namespace

Result<ProgramPages> ProgramPages::Find(const Fd& procfs, const PreparedInterpreter& interpreter) {
  auto of_any = PagesWrittenBy(procfs, [&] { RunAsAProgram(interpreter, "any"); });
  if (!of_any) return tl::unexpected(of_any.error());
  ProgramPages found;
  found.kinds_.push_back({wire::kAnyProgram, RangesOf(*of_any)});
  if (!interpreter.programs) return found;
  for (const auto& [kind, library] : wire::kLibraryKinds) {
    const auto pages = PagesWrittenBy(procfs, [&] { RunAsAProgram(interpreter, library); });
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

// Running one program in an interpreter that was made for it.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "interpreter/import_guard.h"
#include "interpreter/python.h"
#include "interpreter/random_states.h"
#include "wire/program_kind.h"
#include "wire/sandbox_messages.h"

namespace pyrunner::interpreter {

/// How the program ended, for the engine and for the kernel.
struct ProgramEnd {
  std::optional<wire::Refused> refusal;  // nothing of it was run
  wire::Finished finished;
  int exit_code = 0;
};

/// What a zygote has ready for the programs of its forks.
struct PreparedInterpreter {
  PyRef runtime;  // the namespace of runtime/sandbox_start.py
  ImportGuard imports;
  RandomStates random;
  PyRef programs;  // the namespace of runtime/representative_programs.py; none in a base zygote

  /// Called once everything is imported: what comes later is no longer frozen.
  [[nodiscard]] static Result<PreparedInterpreter> Make();
};

/// Runs programs the way `python -u main.py` does, in its scratch directory, up to the point where
/// the interpreter would take itself apart. Everything untrusted is parsed here, inside the
/// sandbox.
class ProgramRunner {
 public:
  /// `scratch` is the sandbox's own directory.
  explicit ProgramRunner(const PreparedInterpreter& interpreter,
                         const std::string& scratch = "/tmp")
      : interpreter_(interpreter), program_path_(scratch + "/main.py") {}

  /// Walks through the whole path of programs of these kinds: in a zygote, so that forks find its
  /// caches filled, and in a fork before it is locked up, so that its pages are there when the
  /// program comes.
  void Rehearse(std::uint32_t kinds = wire::kAnyProgram) const;

  /// Where the JSON text of what main() returned goes, whole.
  using SendResult = std::function<void(std::string_view)>;

  ProgramEnd Run(const wire::ProgramMessage& program, const SendResult& send_result);

 private:
  void RehearseAnyProgram() const;

  const PreparedInterpreter& interpreter_;
  std::string program_path_;
};

}  // namespace pyrunner::interpreter

// The life of a sandbox's process, from the fork to its end.
#pragma once

#include <cstdint>
#include <span>

#include "base/fd.h"
#include "interpreter/program_pages.h"
#include "interpreter/program_runner.h"
#include "sandbox/isolation.h"

namespace pyrunner::interpreter {

/// What a fork has in hand.
struct SandboxProcess {
  Fd channel;  // to the engine
  Fd standard_output;
  Fd standard_error;
  Fd procfs;  // an open /proc
  sandbox::IsolationPlan plan;
  bool limit_address_space = false;  // see SandboxSetup
  std::uint32_t prefault = 0;        // bits of wire::ProgramKind, as in wire::ForkRequest
  std::uint32_t rehearsal = 0;
  const ProgramPages* pages = nullptr;
  const PreparedInterpreter* interpreter = nullptr;
};

/// Isolates the calling process, a fresh fork of a zygote; reports to the engine; waits for one
/// program, runs it and exits with its exit code. On any failure before the program it reports
/// {step, errno} and exits: it never runs a program less isolated than planned.
[[noreturn]] void RunSandboxProcess(SandboxProcess process);

}  // namespace pyrunner::interpreter

// The zygote's loop: one request, one fork.
#pragma once

#include <cstddef>

#include "base/fd.h"
#include "interpreter/program_pages.h"
#include "interpreter/program_runner.h"
#include "sandbox/limits.h"
#include "sandbox/sandbox_setup.h"
#include "sandbox/seccomp.h"

namespace pyrunner::interpreter {

/// Everything that a warm zygote forks from.
struct WarmZygote {
  Fd control;  // SOCK_SEQPACKET: wire::ForkRequest in, wire::ForkReply out
  Fd procfs;
  PreparedInterpreter interpreter;
  sandbox::SandboxSetup setup;
  sandbox::SeccompProgram seccomp;
  sandbox::SeccompProgram seccomp_for_processes;  // empty where no sandbox has that profile
  sandbox::MemoryBase memory_base;
  ProgramPages pages;
  std::size_t image_bytes = 0;  // of its memory, which forks share; see memory_image.h
};

/// Forks a sandbox for each request until the gateway closes the socket. Never runs user code and
/// never sees any: programs go from the gateway straight to the sandbox.
void ServeForks(WarmZygote& zygote);

}  // namespace pyrunner::interpreter

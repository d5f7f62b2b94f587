// Warming up: from an empty process to a zygote that forks.
#pragma once

#include "base/result.h"
#include "interpreter/zygote.h"
#include "sandbox/sandbox_setup.h"

namespace pyrunner::interpreter {

/// Enters the zygote's namespaces, starts the interpreter, imports and exercises what programs use
/// (with `science` also the scientific libraries), moves the memory to where forks share it, and
/// gives up every right that no fork needs. Called once, by a process that does nothing else.
[[nodiscard]] Result<WarmZygote> WarmUp(bool science, sandbox::SandboxSetup setup);

}  // namespace pyrunner::interpreter

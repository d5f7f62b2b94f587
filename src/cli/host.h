// What a service takes from its host before it gives its privileges up.
#pragma once

#include <string>

#include "base/result.h"
#include "engine/engine_options.h"
#include "sandbox/resources.h"
#include "sandbox/supervisor.h"

namespace pyrunner::cli {

/// The supervisor, and what sandboxes are made of.
struct HostPart {
  sandbox::SupervisorProcess supervisor;
  sandbox::SandboxResources resources;
  std::string description;  // for the log: by what means which limits are held
};

/// As root: makes the cgroups, and every sandbox will have a user of its own. As an ordinary user:
/// takes cgroups where they are delegated, and does without them elsewhere; all sandboxes run as
/// that user, each in user namespaces of its own. An error is one line for the operator.
[[nodiscard]] Result<HostPart> PrepareHost(const EngineOptions& options);

/// Leaves the process with an unprivileged user, no capability, and no way back.
[[nodiscard]] Status GiveUpPrivileges();

}  // namespace pyrunner::cli

// What it takes root to begin with.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "engine/engine_options.h"
#include "sandbox/cgroup.h"
#include "sandbox/supervisor.h"

namespace pyrunner::cli {

/// Everything that takes root, done before root is given up.
struct PrivilegedPart {
  sandbox::SupervisorProcess supervisor;
  std::vector<sandbox::Cgroup> cgroups;
  std::string cgroup_description;
};

/// Makes the cgroups and starts the supervisor. An error is one line for the operator.
[[nodiscard]] Result<PrivilegedPart> DoPrivilegedPart(const EngineOptions& options);

/// Leaves the process with an unprivileged user, no capability, and no way back.
[[nodiscard]] Status GiveUpRoot();

}  // namespace pyrunner::cli

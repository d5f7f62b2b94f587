// What a service takes from its host before it gives its privileges up.
#pragma once

#include <cstdint>

#include "base/result.h"
#include "engine/engine_options.h"
#include "sandbox/assurance.h"
#include "sandbox/resources.h"
#include "sandbox/supervisor.h"

namespace pyrunner::cli {

/// The supervisor, and what sandboxes are made of.
struct HostPart {
  sandbox::SupervisorProcess supervisor;
  sandbox::SandboxResources resources;
  sandbox::Assurance assurance;
};

/// Finds by trying what this place allows and takes all of it: as root of a host each sandbox will
/// have a cgroup and a user of its own, elsewhere other means provide the same properties. An error
/// tells the operator which property is missing that is not in `waived` (bits of
/// sandbox/properties.h), and the ways to get it.
[[nodiscard]] Result<HostPart> PrepareHost(const EngineOptions& options, std::uint32_t waived);

/// Leaves the process with an unprivileged user, no capability, and no way back.
[[nodiscard]] Status GiveUpPrivileges(const HostPart& part);

}  // namespace pyrunner::cli

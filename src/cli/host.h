// What a service takes from its host before it gives its privileges up.
#pragma once

#include <cstdint>
#include <optional>

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

/// What this place allows, and the cgroups that were made on the way to knowing it.
struct HostSurvey {
  sandbox::SandboxSetup setup;
  sandbox::Assurance assurance;
  std::optional<sandbox::CgroupTree> cgroups;

  /// Gives back what was made.
  void Abandon();
};

/// Finds by trying what this place allows: as root of a host each sandbox will have a cgroup and a
/// user of its own, elsewhere other means provide the same properties. `waived` are bits of
/// sandbox/properties.h.
[[nodiscard]] HostSurvey SurveyHost(const EngineOptions& options, std::uint32_t waived);

/// Takes all of it, and starts the supervisor. An error tells the operator which property is
/// missing that was not waived, and the ways to get it.
[[nodiscard]] Result<HostPart> TakeHost(HostSurvey survey, const EngineOptions& options);

/// Whom GiveUpPrivileges() makes of the process; nothing if it stays who it is.
[[nodiscard]] std::optional<std::uint32_t> GatewayUser(const HostPart& part);

/// Leaves the process with an unprivileged user, no capability, and no way back.
[[nodiscard]] Status GiveUpPrivileges(const HostPart& part);

}  // namespace pyrunner::cli

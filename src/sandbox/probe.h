// Probe: which layers this host allows, found by trying each in a throw-away process.
#pragma once

#include <map>
#include <string>

#include "sandbox/sandbox_setup.h"

namespace pyrunner::sandbox {

/// Where the service runs, as far as it shows.
enum class OuterSandbox : std::uint8_t { kNone, kContainer, kGvisor };

struct HostProbe {
  SandboxSetup setup;  // all layers that work here but the cgroup, which is somebody else's to make
  std::map<Layer, std::string> why_not;  // of the others: what was tried, and what the kernel said
  OuterSandbox outer = OuterSandbox::kNone;
};

/// Tries every layer for its effect, not for its return code. Takes milliseconds; leaves nothing
/// behind. Call it before the service gives up privileges and starts threads.
[[nodiscard]] HostProbe ProbeHost();

}  // namespace pyrunner::sandbox

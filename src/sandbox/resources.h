// What the service has one of for each sandbox.
#pragma once

#include <cstdint>
#include <vector>

#include "sandbox/cgroup.h"
#include "sandbox/sandbox_setup.h"

namespace pyrunner::sandbox {

/// One entry of `cgroups` for each sandbox that there may be at once; entries that are not valid()
/// where there are no cgroups to be had.
struct SandboxResources {
  std::vector<Cgroup> cgroups;
  SandboxSetup setup;
  std::uint32_t required_properties = 0;  // bits of properties.h; see Assurance
};

}  // namespace pyrunner::sandbox

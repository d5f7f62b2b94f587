// What the service has one of for each sandbox.
#pragma once

#include <cstdint>
#include <vector>

#include "sandbox/cgroup.h"

namespace pyrunner::sandbox {

/// One entry of `cgroups` for each sandbox that there may be at once; entries that are not valid()
/// where there are no cgroups to be had.
struct SandboxResources {
  std::vector<Cgroup> cgroups;
  bool own_users = true;  // a user id for each sandbox; false: all have the service's own
};

}  // namespace pyrunner::sandbox

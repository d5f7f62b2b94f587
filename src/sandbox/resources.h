// What the service has one of for each sandbox.
#pragma once

#include <cstdint>
#include <vector>

#include "sandbox/cgroup.h"
#include "sandbox/sandbox_setup.h"

namespace pyrunner::sandbox {

struct SandboxResources {
  // Of the first sandboxes; entries that are not valid() where there are no cgroups to be had.
  std::vector<Cgroup> cgroups;
  std::uint32_t slots = 0;  // how many sandboxes there may be at once
  SandboxSetup setup;
  std::uint32_t required_properties = 0;  // bits of properties.h; see Assurance
};

}  // namespace pyrunner::sandbox

// Where the caller's own control groups are.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "base/result.h"

namespace pyrunner::sandbox {

struct OwnCgroup {
  std::string directory;
  bool unified = false;  // version 2
};

/// The caller's group of each controller that is mounted, by the controller's name.
[[nodiscard]] Result<std::map<std::string, OwnCgroup>> FindOwnCgroups();

/// The same from the texts of /proc/self/mountinfo and /proc/self/cgroup. For version 2 the
/// controllers are read from the group's cgroup.controllers.
[[nodiscard]] std::map<std::string, OwnCgroup> FindOwnCgroups(std::string_view mountinfo,
                                                              std::string_view cgroup);

}  // namespace pyrunner::sandbox

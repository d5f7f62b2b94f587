#include "sandbox/cgroup_mounts.h"

#include <sstream>
#include <vector>

#include "base/text_file.h"

namespace pyrunner::sandbox {
namespace {

struct CgroupMount {
  std::string root;  // which group the mount point shows
  std::string point;
  bool unified = false;
  std::vector<std::string> controllers;  // version 1
};

std::vector<std::string> Split(std::string_view text, char separator) {
  std::vector<std::string> parts;
  std::size_t start = 0;
  while (start <= text.size()) {
    const std::size_t end = std::min(text.find(separator, start), text.size());
    if (end > start) parts.emplace_back(text.substr(start, end - start));
    start = end + 1;
  }
  return parts;
}

// proc(5): id parent major:minor root point options [optional...] - type source super-options
std::vector<CgroupMount> ParseMounts(std::string_view mountinfo) {
  std::vector<CgroupMount> mounts;
  for (const std::string& line : Split(mountinfo, '\n')) {
    const std::size_t dash = line.find(" - ");
    if (dash == std::string::npos) continue;
    const auto before = Split(std::string_view(line).substr(0, dash), ' ');
    const auto after = Split(std::string_view(line).substr(dash + 3), ' ');
    if (before.size() < 5 || after.size() < 3) continue;
    if (after[0] == "cgroup2") {
      mounts.push_back({before[3], before[4], true, {}});
    } else if (after[0] == "cgroup") {
      mounts.push_back({before[3], before[4], false, Split(after[2], ',')});
    }
  }
  return mounts;
}

/// The directory of group `path` as seen through `mount`; a container may show only a part of the
/// hierarchy.
std::string DirectoryOf(const CgroupMount& mount, std::string_view path) {
  const std::string_view root = mount.root;
  const bool below =
      path.starts_with(root) && (path.size() == root.size() || path[root.size()] == '/');
  if (root != "/" && below) path.remove_prefix(root.size());
  while (path.ends_with('/')) path.remove_suffix(1);
  return mount.point + std::string(path);
}

}  // namespace

std::map<std::string, OwnCgroup> FindOwnCgroups(std::string_view mountinfo,
                                                std::string_view cgroup) {
  std::map<std::string, OwnCgroup> own;
  const auto mounts = ParseMounts(mountinfo);
  // proc(5): id:controllers:path; version 2 is "0::path".
  for (const std::string& line : Split(cgroup, '\n')) {
    const std::size_t first = line.find(':');
    const std::size_t second = line.find(':', first + 1);
    if (second == std::string::npos) continue;
    const std::string_view path = std::string_view(line).substr(second + 1);
    const auto controllers =
        Split(std::string_view(line).substr(first + 1, second - first - 1), ',');
    for (const CgroupMount& mount : mounts) {
      if (mount.unified != controllers.empty()) continue;
      const std::string directory = DirectoryOf(mount, path);
      if (mount.unified) {
        const auto available = ReadTextFile(directory + "/cgroup.controllers");
        if (!available) continue;
        std::istringstream names(*available);
        for (std::string name; names >> name;) own.try_emplace(name, OwnCgroup{directory, true});
        continue;
      }
      for (const std::string& controller : controllers) {
        for (const std::string& mounted : mount.controllers) {
          if (controller == mounted) own.insert_or_assign(controller, OwnCgroup{directory, false});
        }
      }
    }
  }
  return own;
}

Result<std::map<std::string, OwnCgroup>> FindOwnCgroups() {
  auto mountinfo = ReadTextFile("/proc/self/mountinfo");
  if (!mountinfo) return tl::unexpected(mountinfo.error());
  auto cgroup = ReadTextFile("/proc/self/cgroup");
  if (!cgroup) return tl::unexpected(cgroup.error());
  return FindOwnCgroups(*mountinfo, *cgroup);
}

}  // namespace pyrunner::sandbox

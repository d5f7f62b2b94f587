// Control groups, version 1 and 2: memory, processes and CPU of each sandbox.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/fd.h"
#include "base/result.h"

namespace pyrunner::sandbox {

/// The kernel files of one sandbox's group, opened with the privileges of whoever made it and
/// usable without them. Works for one sandbox at a time. Not thread-safe.
class Cgroup {
 public:
  Cgroup() = default;

  /// False for one that no tree has made: it limits nothing, and says so of nothing.
  [[nodiscard]] bool valid() const { return static_cast<bool>(memory_limit_); }

  /// What a sandbox writes itself into.
  [[nodiscard]] std::vector<int> JoinFds() const;

  /// The hard limit of everything that the group's processes touch, tmpfs included.
  [[nodiscard]] Status SetMemoryLimit(std::uint64_t bytes);

  /// Whether the group's processes run only when those of groups with the normal share have
  /// nothing to do, or nearly so. A group starts, and is recycled, with the normal share. No
  /// effect, and no error, where the kernel has no cpu.idle (before Linux 5.15) or the cpu
  /// controller is missing.
  enum class ProcessorShare { kNormal, kIdle };
  void SetProcessorShare(ProcessorShare share);

  /// The most memory that the group ever had, in bytes, since the last Recycle.
  [[nodiscard]] std::optional<std::uint64_t> MemoryPeak() const;

  /// True if the kernel killed a process for the memory limit since the last Recycle.
  [[nodiscard]] bool OutOfMemory() const;

  /// Makes an emptied group as good as new. False where this kernel cannot: replace it then.
  [[nodiscard]] bool Recycle();

  /// The descriptors and which of them there are, and a group made of them: for the way from the
  /// supervisor to the gateway.
  [[nodiscard]] std::vector<int> Fds() const;
  [[nodiscard]] std::uint32_t Layout() const;
  [[nodiscard]] static Result<Cgroup> FromFds(std::vector<Fd> fds, std::uint32_t layout);

 private:
  friend class CgroupTree;

  [[nodiscard]] std::uint64_t OutOfMemoryKills() const;

  std::vector<Fd> procs_;  // one per hierarchy
  Fd memory_limit_;
  Fd memory_and_swap_limit_;  // invalid where swap is not counted
  Fd memory_peak_;            // invalid before Linux 5.19 with version 2
  Fd memory_events_;
  Fd processor_idle_;  // invalid where the kernel or the controller is missing
  bool unified_memory_ = false;
  std::uint64_t limit_in_force_ = 0;
  std::uint64_t kills_before_ = 0;
  ProcessorShare share_ = ProcessorShare::kNormal;
};

/// What is the same for every group of a tree.
struct CgroupLimits {
  std::uint32_t processes = 0;
  double cpus = 0;  // how many processors' worth of time; 0: no bound
};

/// The directories, in one or several hierarchies, that hold the groups of all sandboxes. Made by
/// a privileged process; removing is up to the owner's call of Remove. Not thread-safe.
class CgroupTree {
 public:
  /// Makes the tree below the caller's own groups, after removing trees of services that are gone.
  /// `name_prefix` is followed by the caller's pid. Fails where memory or pids cannot be had, and
  /// says how to get them.
  [[nodiscard]] static Result<CgroupTree> Create(std::string name_prefix, CgroupLimits limits);

  /// Makes (or, for an index that exists, makes anew) the group of a slot.
  [[nodiscard]] Result<Cgroup> MakeGroup(std::uint32_t index);

  /// Kills whatever is left in the groups and removes them.
  void Remove();

  /// One line for the log: which controllers, in which version.
  [[nodiscard]] std::string Describe() const;

 private:
  struct Hierarchy {
    std::string parent;     // the caller's own group
    std::string directory;  // of the tree, below it
    std::string refuge;     // where the caller had to move to, version 2 only; or empty
    bool unified = false;
    std::vector<std::string> controllers;
    std::shared_ptr<Fd> lock;  // on the directory, for as long as somebody owns it
  };

  [[nodiscard]] static Result<std::vector<Hierarchy>> FindHierarchies();
  [[nodiscard]] static Status MakeTree(Hierarchy& hierarchy, const std::string& name);

  [[nodiscard]] Status OpenGroup(const Hierarchy& hierarchy, const std::string& group,
                                 Cgroup& cgroup) const;

  std::vector<Hierarchy> hierarchies_;
  CgroupLimits limits_;
  std::uint32_t groups_ = 0;
};

}  // namespace pyrunner::sandbox

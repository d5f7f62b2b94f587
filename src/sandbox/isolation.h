// Isolation: all layers of a sandbox, in the one order that works, and the proof that they hold.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <span>

#include "sandbox/layers.h"
#include "sandbox/limits.h"
#include "sandbox/seccomp.h"
#include "sandbox/syscall_profile.h"
#include "sandbox/weakening.h"

namespace pyrunner::sandbox {

/// Everything that a fresh fork of a zygote needs to lock itself up.
struct IsolationPlan {
  Layers layers;                                     // in force, every one of them
  SyscallProfile profile = SyscallProfile::kStrict;  // whose filter `seccomp` is
  StepName fail_at{};                                // see Weakening
  int procfs_fd = -1;                                // an open /proc, closed on the way
  bool zygote_refuses_watches = false;               // for all of its forks
  // Inside the zygote's user namespace, of no other live sandbox; 0: that has just the one user.
  std::uint32_t uid = 0;
  MemoryBase memory_base;
  std::uint64_t open_files = 0;
  std::uint32_t processes = 0;
  std::uint64_t scratch_bytes = 0;
  std::uint64_t scratch_inodes = 0;
  const char* root = "";            // to enter by chroot
  const char* scratch = "/tmp";     // without a root of its own: the sandbox's own directory
  std::span<const int> cgroup_fds;  // cgroup.procs files to join, opened by the supervisor
  int landlock_abi = 0;             // 0: the kernel has none
  std::span<const sock_filter> seccomp;
};

/// The step that failed, for the operator. `step` is a literal.
struct StepResult {
  const char* step = nullptr;  // nullptr: all went well
  int error = 0;
  [[nodiscard]] bool ok() const { return step == nullptr; }
};

/// Joins the cgroups. First of all, so that every later page counts.
StepResult JoinCgroups(const IsolationPlan& plan);

/// Applies the plan's layers to the calling process, which is single-threaded, a fresh fork of its
/// zygote and in the process namespace that it will have. Makes no allocation, takes no lock.
/// After a failure the process must end: it is neither in nor out.
StepResult Isolate(const IsolationPlan& plan);

/// Tries forbidden acts and looks at what the kernel says of the caller. Returns the bits of
/// properties.h whose effect was seen.
std::uint32_t VerifyIsolation(const IsolationPlan& plan);

}  // namespace pyrunner::sandbox

// SandboxSetup: what all sandboxes of a service are made of, found once at its start.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "sandbox/layers.h"

namespace pyrunner::sandbox {

struct SandboxSetup {
  Layers layers;
  int landlock_abi = 0;  // 0: the kernel has none

  // Zygotes have a user namespace, which sandboxes can be killed through and have theirs in.
  bool zygote_user_namespace = false;

  // The kernel lacks pidfds, or sandboxes run as users that the gateway may not signal: supervisor
  // and zygotes are the parents of what they fork. See ChildKeeper.
  bool keep_children = false;

  // The kernel enforces RLIMIT_AS but not RLIMIT_DATA, as gVisor does.
  bool limit_address_space = false;

  // Sandboxes and zygotes have no users of their own but the gateway's, which the supervisor's
  // children have to become first.
  bool become_gateway_user = false;

  // Without mount namespaces: the folder of SlotRoots, or else that of ScratchFolder.
  std::string roots;
  std::string scratch_folder;

  /// As a zygote gets it on its command line: set before any client has spoken, by a process that
  /// no client speaks to.
  [[nodiscard]] std::array<std::string, 5> ToArguments() const;
  [[nodiscard]] static std::optional<SandboxSetup> FromArguments(
      std::span<const char* const> arguments);
};

/// The scratch directory of one slot, where there are no mount namespaces.
[[nodiscard]] std::string ScratchOfSlot(const std::string& folder, std::uint32_t slot);

}  // namespace pyrunner::sandbox

// SlotRoots: a root for each sandbox where there are no mount namespaces, entered by chroot.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "base/result.h"
#include "sandbox/scratch_folder.h"

namespace pyrunner::sandbox {

/// Everybody on the host sees these mounts, so they are made once, by root, and a program's files
/// go with their file system, which is mounted anew for the next. Not thread-safe. A
/// default-constructed one is none, and its functions do nothing.
class SlotRoots {
 public:
  using OwnerOfSlot = std::function<std::uint32_t(std::uint32_t slot)>;

  SlotRoots() = default;

  /// Makes the roots below `parent`: the host's /usr, a few files in /etc, the devices of a
  /// program, and a /tmp of so many bytes that belongs to the slot's owner. A copy is the same.
  [[nodiscard]] static Result<SlotRoots> Create(const std::string& parent, std::uint32_t slots,
                                                const OwnerOfSlot& owner, ScratchQuota quota);

  /// The folder that PathOf() belongs to; empty: none.
  [[nodiscard]] const std::string& path() const { return path_; }

  /// The root of one slot.
  [[nodiscard]] static std::string PathOf(const std::string& folder, std::uint32_t slot);

  /// Where a zygote may write while it warms up.
  [[nodiscard]] static std::string WarmUpFolder(const std::string& folder);

  /// Gives the slot an empty /tmp. No process of the slot is left.
  [[nodiscard]] Status Renew(std::uint32_t slot) const;

  /// False if the slot's /tmp holds more files than it may, which its file system does not count.
  [[nodiscard]] bool WithinQuota(std::uint32_t slot) const;

  /// Unmounts and removes all of it.
  void Remove();

 private:
  Status MakeSlot(std::uint32_t slot, std::uint32_t owner);

  std::string path_;
  std::uint32_t slots_ = 0;
  ScratchQuota quota_;
  OwnerOfSlot owner_;
};

}  // namespace pyrunner::sandbox

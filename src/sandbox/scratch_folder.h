// ScratchFolder: scratch directories for sandboxes that cannot mount a file system of their own.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "base/result.h"

namespace pyrunner::sandbox {

struct ScratchQuota {
  std::uint64_t bytes = 0;
  std::uint64_t files = 0;
};

/// False if the directory holds more than the quota, or is nested deeper than anybody needs. What
/// it holds may be hostile, and may change meanwhile.
[[nodiscard]] bool HoldsAtMost(const std::string& directory, const ScratchQuota& quota);

/// A folder with one directory per slot. What programs leave in it is hostile: it is walked with
/// open descriptors and without following links, in bounded depth and memory. Not thread-safe. A
/// default-constructed one is none, and all its functions do nothing.
class ScratchFolder {
 public:
  ScratchFolder() = default;

  using OwnerOfSlot = std::function<std::uint32_t(std::uint32_t slot)>;

  /// Makes the folder below `parent` for `slots` sandboxes, each directory readable by its owner
  /// alone, and removes the folders of services that did not live to do it. A copy is the same
  /// folder.
  [[nodiscard]] static Result<ScratchFolder> Create(const std::string& parent, std::uint32_t slots,
                                                    std::uint32_t zygote, const OwnerOfSlot& owner,
                                                    ScratchQuota quota);

  /// Where zygotes may write while they warm up; gone after Remove().
  [[nodiscard]] const std::string& path() const { return path_; }

  /// Removes whatever is in the slot's directory, of which no process is left.
  [[nodiscard]] Status Empty(std::uint32_t slot) const;

  /// False if the slot holds more than the quota, or is nested deeper than anybody needs.
  [[nodiscard]] bool WithinQuota(std::uint32_t slot) const;

  void Remove();

 private:
  std::string path_;
  ScratchQuota quota_;
};

}  // namespace pyrunner::sandbox

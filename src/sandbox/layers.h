// Layers: the mechanisms of the kernel that sandboxes are made of. Hosts differ in what they allow.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace pyrunner::sandbox {

enum class Layer : std::uint32_t {
  kUserNamespace = 1U << 0,
  kPidNamespace = 1U << 1,
  kMountNamespace = 1U << 2,  // with it a root of its own, and a tmpfs as scratch space
  kNetworkNamespace = 1U << 3,
  kIpcNamespace = 1U << 4,
  kUtsNamespace = 1U << 5,
  kCgroupNamespace = 1U << 6,
  kOwnUser = 1U << 7,  // on the host, of no other sandbox and of nothing else
  kNoCapabilities = 1U << 8,
  kCgroup = 1U << 9,
  kResourceLimits = 1U << 10,
  kLandlock = 1U << 11,
  kSeccomp = 1U << 12,
  kNoNewCode = 1U << 13,  // PR_SET_MDWE: no memory becomes executable
  kChroot = 1U << 14,     // a root of its own by chroot; only where there is no mount namespace
};

struct LayerName {
  Layer layer;
  std::string_view name;
};

inline constexpr std::array<LayerName, 15> kLayerNames = {{
    {Layer::kUserNamespace, "user_namespace"},
    {Layer::kPidNamespace, "pid_namespace"},
    {Layer::kMountNamespace, "mount_namespace"},
    {Layer::kNetworkNamespace, "network_namespace"},
    {Layer::kIpcNamespace, "ipc_namespace"},
    {Layer::kUtsNamespace, "uts_namespace"},
    {Layer::kCgroupNamespace, "cgroup_namespace"},
    {Layer::kOwnUser, "own_user"},
    {Layer::kNoCapabilities, "no_capabilities"},
    {Layer::kCgroup, "cgroup"},
    {Layer::kResourceLimits, "resource_limits"},
    {Layer::kLandlock, "landlock"},
    {Layer::kSeccomp, "seccomp"},
    {Layer::kNoNewCode, "no_new_code"},
    {Layer::kChroot, "chroot"},
}};

[[nodiscard]] constexpr std::string_view NameOf(Layer layer) {
  for (const auto& [candidate, name] : kLayerNames) {
    if (candidate == layer) return name;
  }
  return {};
}

/// A set of layers.
class Layers {
 public:
  constexpr Layers() = default;
  explicit constexpr Layers(std::uint32_t bits) : bits_(bits) {}

  [[nodiscard]] static constexpr Layers All() { return Layers((1U << kLayerNames.size()) - 1); }

  [[nodiscard]] constexpr bool Has(Layer layer) const {
    return (bits_ & static_cast<std::uint32_t>(layer)) != 0;
  }
  constexpr void Add(Layer layer) { bits_ |= static_cast<std::uint32_t>(layer); }
  constexpr void Remove(Layer layer) { bits_ &= ~static_cast<std::uint32_t>(layer); }
  [[nodiscard]] constexpr std::uint32_t bits() const { return bits_; }

 private:
  std::uint32_t bits_ = 0;
};

}  // namespace pyrunner::sandbox

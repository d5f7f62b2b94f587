#include "sandbox/sandbox_setup.h"

#include <charconv>
#include <string_view>

namespace pyrunner::sandbox {
namespace {

constexpr std::uint32_t kLimitAddressSpace = 1U << 0;
constexpr std::uint32_t kBecomeGatewayUser = 1U << 1;
constexpr std::uint32_t kZygoteUserNamespace = 1U << 2;
constexpr std::uint32_t kKeepChildren = 1U << 3;

std::optional<std::uint32_t> Number(std::string_view text) {
  std::uint32_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

}  // namespace

std::array<std::string, 5> SandboxSetup::ToArguments() const {
  const std::uint32_t flags = (limit_address_space ? kLimitAddressSpace : 0U) |
                              (become_gateway_user ? kBecomeGatewayUser : 0U) |
                              (zygote_user_namespace ? kZygoteUserNamespace : 0U) |
                              (keep_children ? kKeepChildren : 0U);
  return {std::to_string(layers.bits()), std::to_string(landlock_abi), std::to_string(flags),
          scratch_folder, roots};
}

std::optional<SandboxSetup> SandboxSetup::FromArguments(std::span<const char* const> arguments) {
  if (arguments.size() != 5) return std::nullopt;
  const auto layers = Number(arguments[0]);
  const auto abi = Number(arguments[1]);
  const auto flags = Number(arguments[2]);
  if (!layers || !abi || !flags) return std::nullopt;
  SandboxSetup setup;
  setup.layers = Layers(*layers);
  setup.landlock_abi = static_cast<int>(*abi);
  setup.limit_address_space = (*flags & kLimitAddressSpace) != 0;
  setup.become_gateway_user = (*flags & kBecomeGatewayUser) != 0;
  setup.zygote_user_namespace = (*flags & kZygoteUserNamespace) != 0;
  setup.keep_children = (*flags & kKeepChildren) != 0;
  setup.scratch_folder = arguments[3];
  setup.roots = arguments[4];
  return setup;
}

std::string ScratchOfSlot(const std::string& folder, std::uint32_t slot) {
  return folder + "/s" + std::to_string(slot);
}

}  // namespace pyrunner::sandbox

// Who runs as whom on the host.
#pragma once

#include <sys/types.h>

#include <cstdint>

namespace pyrunner::sandbox {

/// Host user ids that no distribution hands out: above systemd's container range (up to
/// 1879048191) and below 2^31. The gateway has the first, a zygote's user namespace the rest.
inline constexpr std::uint32_t kGatewayUid = 1'900'000'000;
inline constexpr std::uint32_t kFirstMappedUid = kGatewayUid + 1;
inline constexpr std::uint32_t kMappedUids = 65'536;

/// The first id, inside a zygote's user namespace, that a sandbox may have.
inline constexpr std::uint32_t kFirstSandboxUid = 1'000;

/// What a program sees as its own user and group.
inline constexpr std::uint32_t kInnerUid = 1'000;

}  // namespace pyrunner::sandbox

// SHA-256 (FIPS 180-4). Not for secrets that must not leak by timing.
#pragma once

#include <string>
#include <string_view>

namespace pyrunner {

/// The digest in hexadecimal.
[[nodiscard]] std::string Sha256(std::string_view data);

}  // namespace pyrunner

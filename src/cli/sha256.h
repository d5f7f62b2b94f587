// SHA-256 (FIPS 180-4), for a few short strings: not fast, not for secrets that must not leak by
// timing.
#pragma once

#include <string>
#include <string_view>

namespace pyrunner::cli {

/// The digest in hexadecimal.
[[nodiscard]] std::string Sha256(std::string_view data);

}  // namespace pyrunner::cli

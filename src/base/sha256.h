// SHA-256 (FIPS 180-4), by the processor's own instructions where it has them. Neither branches nor
// memory accesses depend on the data, only on its length.
#pragma once

#include <string>
#include <string_view>

namespace pyrunner {

/// The digest in hexadecimal.
[[nodiscard]] std::string Sha256(std::string_view data);

/// The same, as processors do it that have no instructions for it: for tests.
[[nodiscard]] std::string PortableSha256(std::string_view data);

}  // namespace pyrunner

// What an API key looks like: pyr_<id>_<secret>.
//
// The secret is of 43 random characters out of 62, which is 256 bits. So its plain SHA-256 is what
// is stored: a slow hash is for passwords, which can be guessed, and would cost every request
// milliseconds. The id tells which key it is, is no secret, and stands in the file and in lists.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace pyrunner::access {

/// Finds forgotten keys in repositories and logs.
inline constexpr std::string_view kKeyPrefix = "pyr_";
inline constexpr std::size_t kIdCharacters = 10;
inline constexpr std::size_t kSecretCharacters = 43;

/// A new key, by the kernel's random numbers.
[[nodiscard]] Result<std::string> MakeKey();

/// The id of a text that has a key's form; empty if it has not.
[[nodiscard]] std::string_view IdOf(std::string_view key);

/// Whether a text has an id's form.
[[nodiscard]] bool IsId(std::string_view text);

/// Compares without telling by its time where two texts of the same length differ.
[[nodiscard]] bool EqualInConstantTime(std::string_view a, std::string_view b);

}  // namespace pyrunner::access

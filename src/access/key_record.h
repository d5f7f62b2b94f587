// The keys file: one table [keys.NAME] for each key, in TOML.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/caller.h"
#include "base/result.h"

namespace pyrunner::access {

/// What is stored of a key. Nothing here lets anybody in.
struct KeyRecord {
  std::string name;
  std::string id;
  std::string digest;   // of the whole key: SHA-256 in hexadecimal
  std::string created;  // ISO 8601, UTC; for the operator
  Quota quota;
};

using KeyRecords = std::vector<KeyRecord>;

/// 1 to 64 letters, digits, '-' and '_', the first a letter or digit.
[[nodiscard]] bool IsKeyName(std::string_view text);

/// What is wrong with a quota, told by the names of its fields in the file; or nothing.
[[nodiscard]] Status CheckQuota(const Quota& quota);

/// The records of a file's text, in the order of their names. An error is one line that names the
/// path, the key and the field, or the line. Unknown fields are errors: a quota with a slip of the
/// pen would else be no quota.
[[nodiscard]] Result<KeyRecords> ParseKeys(std::string_view text, const std::string& path);

[[nodiscard]] std::string FormatKeys(const KeyRecords& records);

}  // namespace pyrunner::access

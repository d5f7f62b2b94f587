#include "access/key_record.h"

#include <fmt/core.h>
#include <toml++/toml.h>

#include <algorithm>
#include <optional>
#include <set>
#include <sstream>
#include <utility>

#include "access/key_text.h"

namespace pyrunner::access {
namespace {

constexpr double kLowestRate = 0.001;
constexpr double kHighestRate = 1'000'000;
constexpr std::int64_t kMostRunning = 4096;
constexpr std::int64_t kLongestTimeout = 3600;
constexpr std::int64_t kLeastMemory = 16;
constexpr std::int64_t kMostMemory = 1 << 20;
constexpr std::size_t kMostKeys = 10'000;
constexpr std::size_t kMostPolicies = 100;
constexpr std::size_t kDigestCharacters = 64;
constexpr std::size_t kLongestText = 64;

bool IsLetterOrDigit(char c) {
  return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

bool IsNameOfPolicy(std::string_view text) {
  return !text.empty() && text.size() <= kLongestText &&
         std::all_of(text.begin(), text.end(), [](unsigned char c) {
           return c > 0x20 && c != 0x7f && c != '"' && c != '\\' && c != ',';
         });
}

bool IsDigest(std::string_view text) {
  return text.size() == kDigestCharacters && std::all_of(text.begin(), text.end(), [](char c) {
           return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
         });
}

/// ISO 8601 has no other characters.
bool IsTime(std::string_view text) {
  return text.size() <= kLongestText && std::all_of(text.begin(), text.end(), [](char c) {
           return IsLetterOrDigit(c) || c == '-' || c == ':' || c == '+' || c == '.';
         });
}

Status ReadWhole(const toml::node& node, std::int64_t lowest, std::int64_t highest,
                 std::int64_t& value) {
  const auto* number = node.as_integer();
  if (number == nullptr || number->get() < lowest || number->get() > highest) {
    return Failure(fmt::format("must be a whole number from {} to {}", lowest, highest));
  }
  value = number->get();
  return {};
}

Status ReadPolicies(const toml::node& node, std::vector<std::string>& policies) {
  const toml::array* list = node.as_array();
  const auto complain = [] { return Failure("must be a list of policies' names"); };
  if (list == nullptr) return complain();
  for (const toml::node& item : *list) {
    const auto* text = item.as_string();
    if (text == nullptr) return complain();
    policies.push_back(text->get());
  }
  if (policies.empty()) {
    return Failure("must name a policy; leave it out to allow all of them");
  }
  return {};
}

Status ReadField(std::string_view field, const toml::node& node, KeyRecord& record) {
  Quota& quota = record.quota;
  std::int64_t whole = 0;
  Status read;
  if (field == "id" || field == "sha256" || field == "created") {
    const auto* text = node.as_string();
    if (text == nullptr) return Failure("must be a text");
    (field == "id" ? record.id : field == "sha256" ? record.digest : record.created) = text->get();
  } else if (field == "rate") {
    if (!node.is_number()) return Failure("must be a number of programs per second");
    quota.rate = *node.value<double>();
    // 0 is no bound in a Quota, and not something to be taken for one in a file.
    if (quota.rate == 0) return Failure("must be above 0; leave it out for no bound");
  } else if (field == "max_running") {
    read = ReadWhole(node, 1, kMostRunning, whole);
    quota.max_running = static_cast<std::uint32_t>(whole);
  } else if (field == "max_timeout") {
    read = ReadWhole(node, 1, kLongestTimeout, whole);
    quota.max_timeout = std::chrono::seconds(whole);
  } else if (field == "max_memory_mb") {
    read = ReadWhole(node, kLeastMemory, kMostMemory, whole);
    quota.max_memory_mb = static_cast<std::uint64_t>(whole);
  } else if (field == "policies") {
    read = ReadPolicies(node, quota.policies);
  } else {
    return Failure(
        "there is no such field; there are id, sha256, created, rate, max_running, max_timeout, "
        "max_memory_mb and policies");
  }
  return read;
}

Result<KeyRecord> ReadRecord(const std::string& name, const toml::node& node) {
  KeyRecord record;
  record.name = name;
  const toml::table* table = node.as_table();
  if (table == nullptr) return Failure("must be a table");
  if (!IsKeyName(name)) return Failure("a name has 1 to 64 letters, digits, '-' and '_'");
  for (const auto& [field, value] : *table) {
    if (Status read = ReadField(field.str(), value, record); !read) {
      return Failure(fmt::format("{}: {}", field.str(), read.error().message));
    }
  }
  if (!IsId(record.id)) return Failure("id: must be the 10 characters behind pyr_ of the key");
  if (!IsDigest(record.digest)) {
    return Failure("sha256: must be the key's SHA-256 in 64 hexadecimal digits");
  }
  if (!IsTime(record.created))
    return Failure("created: must be a time such as 2026-01-31T12:00:00Z");
  if (Status checked = CheckQuota(record.quota); !checked) return tl::unexpected(checked.error());
  return record;
}

Result<toml::table> ParseTable(std::string_view text, const std::string& path) {
  try {
    return toml::parse(text, path);
  } catch (const toml::parse_error& error) {
    std::ostringstream where;
    where << error.source().begin;
    return Failure(path + ": " + std::string(error.description()) + " at " + where.str());
  }
}

}  // namespace

bool IsKeyName(std::string_view text) {
  return !text.empty() && text.size() <= kLongestText && IsLetterOrDigit(text.front()) &&
         std::all_of(text.begin(), text.end(),
                     [](char c) { return IsLetterOrDigit(c) || c == '-' || c == '_'; });
}

Status CheckQuota(const Quota& quota) {
  const auto outside = [](auto value, auto lowest, auto highest) {
    return value != 0 && !(value >= lowest && value <= highest);
  };
  if (outside(quota.rate, kLowestRate, kHighestRate)) {
    return Failure(fmt::format("rate: must be a number of programs per second from {} to {:.0f}",
                               kLowestRate, kHighestRate));
  }
  const auto whole = [](const char* field, std::int64_t lowest, std::int64_t highest) {
    return Failure(fmt::format("{}: must be a whole number from {} to {}", field, lowest, highest));
  };
  if (outside(std::int64_t{quota.max_running}, std::int64_t{1}, kMostRunning)) {
    return whole("max_running", 1, kMostRunning);
  }
  if (outside(std::int64_t{quota.max_timeout.count()}, std::int64_t{1}, kLongestTimeout)) {
    return whole("max_timeout", 1, kLongestTimeout);
  }
  if (outside(static_cast<std::int64_t>(quota.max_memory_mb), kLeastMemory, kMostMemory)) {
    return whole("max_memory_mb", kLeastMemory, kMostMemory);
  }
  if (quota.policies.size() > kMostPolicies) return Failure("policies: there are too many");
  for (const std::string& policy : quota.policies) {
    if (!IsNameOfPolicy(policy)) return Failure("policies: must be names of policies");
  }
  return {};
}

Result<KeyRecords> ParseKeys(std::string_view text, const std::string& path) {
  const auto table = ParseTable(text, path);
  if (!table) return tl::unexpected(table.error());
  KeyRecords records;
  for (const auto& [key, node] : *table) {
    if (key.str() != "keys") {
      return Failure(fmt::format("{}: line {}: a keys file has nothing but tables [keys.NAME]",
                                 path, node.source().begin.line));
    }
    const toml::table* keys = node.as_table();
    if (keys == nullptr) {
      return Failure(fmt::format("{}: line {}: keys must be a table with one table for each key",
                                 path, node.source().begin.line));
    }
    if (keys->size() > kMostKeys) {
      return Failure(fmt::format("{}: more than {} keys", path, kMostKeys));
    }
    for (const auto& [name, record_node] : *keys) {
      auto record = ReadRecord(std::string(name.str()), record_node);
      if (!record) {
        return Failure(
            fmt::format("{}: line {}: keys.{}: {}", path, record_node.source().begin.line,
                        IsKeyName(name.str()) ? name.str() : "?", record.error().message));
      }
      records.push_back(std::move(*record));
    }
  }
  std::set<std::string_view> ids;
  for (const KeyRecord& record : records) {
    if (!ids.insert(record.id).second) {
      return Failure(fmt::format("{}: keys.{}: id: another key has the same", path, record.name));
    }
  }
  return records;
}

std::string FormatKeys(const KeyRecords& records) {
  std::string text =
      "# API keys of PyRunner. `pyrunner key` writes this file and keeps no other comments.\n"
      "# It holds no key, only what recognises one: whoever reads it cannot use the service.\n";
  for (const KeyRecord& record : records) {
    text += fmt::format("\n[keys.{}]\nid = \"{}\"\nsha256 = \"{}\"\n", record.name, record.id,
                        record.digest);
    if (!record.created.empty()) text += fmt::format("created = \"{}\"\n", record.created);
    const Quota& quota = record.quota;
    if (quota.rate != 0) text += fmt::format("rate = {}\n", quota.rate);
    if (quota.max_running != 0) text += fmt::format("max_running = {}\n", quota.max_running);
    if (quota.max_timeout.count() != 0) {
      text += fmt::format("max_timeout = {}\n", quota.max_timeout.count());
    }
    if (quota.max_memory_mb != 0) text += fmt::format("max_memory_mb = {}\n", quota.max_memory_mb);
    if (quota.policies.empty()) continue;
    std::string list;
    for (const std::string& policy : quota.policies) {
      list += fmt::format("{}\"{}\"", list.empty() ? "" : ", ", policy);
    }
    text += fmt::format("policies = [{}]\n", list);
  }
  return text;
}

}  // namespace pyrunner::access

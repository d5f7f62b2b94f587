#include "access/key_text.h"

#include <sys/random.h>

#include <algorithm>
#include <array>

namespace pyrunner::access {
namespace {

constexpr std::string_view kCharacters =
    "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

bool AllPlain(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
  });
}

Status AppendRandom(std::string& text, std::size_t count) {
  // What is above the last multiple of 62 is thrown away, or some characters were likelier.
  constexpr unsigned kFair = 256 / kCharacters.size() * kCharacters.size();
  std::array<unsigned char, 64> bytes{};
  while (count > 0) {
    if (::getrandom(bytes.data(), bytes.size(), 0) != static_cast<ssize_t>(bytes.size())) {
      return SystemError("getrandom", "a new key");
    }
    for (const unsigned char byte : bytes) {
      if (byte >= kFair || count == 0) continue;
      text.push_back(kCharacters[byte % kCharacters.size()]);
      --count;
    }
  }
  return {};
}

}  // namespace

Result<std::string> MakeKey() {
  std::string key(kKeyPrefix);
  if (Status done = AppendRandom(key, kIdCharacters); !done) return tl::unexpected(done.error());
  key.push_back('_');
  if (Status done = AppendRandom(key, kSecretCharacters); !done) {
    return tl::unexpected(done.error());
  }
  return key;
}

bool IsId(std::string_view text) { return text.size() == kIdCharacters && AllPlain(text); }

std::string_view IdOf(std::string_view key) {
  constexpr std::size_t kSize = kKeyPrefix.size() + kIdCharacters + 1 + kSecretCharacters;
  if (key.size() != kSize || !key.starts_with(kKeyPrefix)) return {};
  const std::string_view id = key.substr(kKeyPrefix.size(), kIdCharacters);
  const std::string_view rest = key.substr(kKeyPrefix.size() + kIdCharacters);
  if (!AllPlain(id) || rest.front() != '_' || !AllPlain(rest.substr(1))) return {};
  return id;
}

bool EqualInConstantTime(std::string_view a, std::string_view b) {
  if (a.size() != b.size()) return false;
  // Volatile: the compiler must not find out that it could stop early.
  volatile unsigned char difference = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    difference = static_cast<unsigned char>(difference | (a[i] ^ b[i]));
  }
  return difference == 0;
}

}  // namespace pyrunner::access

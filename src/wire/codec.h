// Writer and Reader: integers and strings of a message, little-endian as the machine has them.
#pragma once

#include <concepts>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

namespace pyrunner::wire {

/// Appends values to a byte string.
class Writer {
 public:
  explicit Writer(std::string& out) : out_(out) {}

  template <std::integral T>
  void Integer(T value) {
    out_.append(reinterpret_cast<const char*>(&value), sizeof value);
  }
  void String(std::string_view text) {
    Integer(static_cast<std::uint32_t>(text.size()));
    out_.append(text);
  }

 private:
  std::string& out_;
};

/// Takes values from bytes that nobody vouches for. After the first value that is not there,
/// everything reads as zero or empty and ok() is false.
class Reader {
 public:
  explicit Reader(std::string_view bytes) : bytes_(bytes) {}

  template <std::integral T>
  [[nodiscard]] T Integer() {
    T value{};
    if (!Available(sizeof value)) return value;
    std::memcpy(&value, bytes_.data(), sizeof value);
    bytes_.remove_prefix(sizeof value);
    return value;
  }

  /// A string of at most `limit` bytes; a longer one is an error.
  [[nodiscard]] std::string String(std::size_t limit) {
    const auto size = Integer<std::uint32_t>();
    if (size > limit) ok_ = false;
    if (!Available(size)) return {};
    std::string text(bytes_.substr(0, size));
    bytes_.remove_prefix(size);
    return text;
  }

  [[nodiscard]] bool ok() const { return ok_; }
  /// True if every byte was read and nothing was missing.
  [[nodiscard]] bool Complete() const { return ok_ && bytes_.empty(); }

 private:
  [[nodiscard]] bool Available(std::size_t size) {
    if (!ok_ || bytes_.size() < size) ok_ = false;
    return ok_;
  }

  std::string_view bytes_;
  bool ok_ = true;
};

}  // namespace pyrunner::wire

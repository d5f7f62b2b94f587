// TraceContext: which distributed trace a request belongs to, as W3C Trace Context has it
// (https://www.w3.org/TR/trace-context/, level 1; of level 2 the flag for random ids).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace pyrunner {

struct TraceContext {
  static constexpr std::uint8_t kSampled = 0x01;
  static constexpr std::uint8_t kRandom = 0x02;  // the trace's id is

  std::array<std::uint8_t, 16> trace_id{};  // all zero: there is none
  std::array<std::uint8_t, 8> span_id{};    // who speaks: the sender of a header, or this request
  std::uint8_t flags = 0;

  friend bool operator==(const TraceContext&, const TraceContext&) = default;
};

/// A `traceparent` header's value. Nothing if the rules of its version are broken in any way, as
/// then there is no telling what was meant. Of a later version what this one knows is read.
[[nodiscard]] std::optional<TraceContext> ParseTraceparent(std::string_view header);

/// As a header's value, of version 00.
[[nodiscard]] std::string ToHeader(const TraceContext& context);

/// Bytes as lower-case hexadecimal digits.
template <std::size_t N>
[[nodiscard]] std::string ToHex(const std::array<std::uint8_t, N>& bytes) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string text(2 * N, '0');
  for (std::size_t i = 0; i < N; ++i) {
    text[2 * i] = kDigits[bytes[i] >> 4];
    text[2 * i + 1] = kDigits[bytes[i] & 0xf];
  }
  return text;
}

/// Makes ids that nobody can foretell, from the kernel's random bytes, a page at a time. Not
/// thread-safe.
class TraceIds {
 public:
  template <std::size_t N>
  [[nodiscard]] std::array<std::uint8_t, N> Make() {
    std::array<std::uint8_t, N> id{};
    do Fill(id.data(), N);
    while (id == std::array<std::uint8_t, N>{});  // which stands for none
    return id;
  }

 private:
  void Fill(std::uint8_t* to, std::size_t count);

  std::array<std::uint8_t, 1024> random_{};
  std::size_t used_ = random_.size();
};

/// The context of a request that came with this header: of the same trace, or of one of its own if
/// the header is not valid; with a span of its own.
[[nodiscard]] TraceContext Continue(std::string_view traceparent, TraceIds& ids);

}  // namespace pyrunner

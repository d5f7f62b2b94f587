#include "base/trace_context.h"

#include <sys/random.h>

#include <algorithm>
#include <chrono>
#include <cstring>

namespace pyrunner {
namespace {

// 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01
constexpr std::size_t kTraceAt = 3;
constexpr std::size_t kSpanAt = 36;
constexpr std::size_t kFlagsAt = 53;
constexpr std::size_t kLength = 55;

/// In capitals it is no digit here: the recommendation has lower case only.
int DigitOf(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return -1;
}

template <std::size_t N>
bool ReadHex(std::string_view text, std::array<std::uint8_t, N>& bytes) {
  for (std::size_t i = 0; i < N; ++i) {
    const int high = DigitOf(text[2 * i]);
    const int low = DigitOf(text[2 * i + 1]);
    if (high < 0 || low < 0) return false;
    bytes[i] = static_cast<std::uint8_t>(high << 4 | low);
  }
  return true;
}

template <std::size_t N>
bool IsZero(const std::array<std::uint8_t, N>& bytes) {
  return std::all_of(bytes.begin(), bytes.end(), [](std::uint8_t byte) { return byte == 0; });
}

}  // namespace

std::optional<TraceContext> ParseTraceparent(std::string_view header) {
  constexpr std::uint8_t kNoVersion = 0xff;
  if (header.size() < kLength) return std::nullopt;
  if (header[kTraceAt - 1] != '-' || header[kSpanAt - 1] != '-' || header[kFlagsAt - 1] != '-') {
    return std::nullopt;
  }
  std::array<std::uint8_t, 1> version{};
  std::array<std::uint8_t, 1> flags{};
  TraceContext context;
  if (!ReadHex(header, version) || !ReadHex(header.substr(kTraceAt), context.trace_id) ||
      !ReadHex(header.substr(kSpanAt), context.span_id) ||
      !ReadHex(header.substr(kFlagsAt), flags)) {
    return std::nullopt;
  }
  if (version[0] == kNoVersion) return std::nullopt;
  if (header.size() > kLength && (version[0] == 0 || header[kLength] != '-')) return std::nullopt;
  if (IsZero(context.trace_id) || IsZero(context.span_id)) return std::nullopt;
  context.flags = flags[0] & (TraceContext::kSampled | TraceContext::kRandom);
  return context;
}

std::string ToHeader(const TraceContext& context) {
  std::string header = "00-";
  header.reserve(kLength);
  header.append(ToHex(context.trace_id)).append("-").append(ToHex(context.span_id)).append("-");
  return header.append(ToHex(std::array{context.flags}));
}

void TraceIds::Fill(std::uint8_t* to, std::size_t count) {
  if (random_.size() - used_ < count) {
    // It fails only before the kernel has any randomness at all, long before a service starts; the
    // ids are no secrets.
    if (::getrandom(random_.data(), random_.size(), 0) < 0) {
      const auto now = std::chrono::steady_clock::now().time_since_epoch().count();
      std::memcpy(random_.data(), &now, sizeof now);
    }
    used_ = 0;
  }
  std::memcpy(to, random_.data() + used_, count);
  used_ += count;
}

TraceContext Continue(std::string_view traceparent, TraceIds& ids) {
  TraceContext context;
  if (const auto sent = ParseTraceparent(traceparent)) {
    context = *sent;
  } else {
    context.trace_id = ids.Make<16>();
    context.flags = TraceContext::kRandom;
  }
  context.span_id = ids.Make<8>();
  return context;
}

}  // namespace pyrunner

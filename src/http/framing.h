// Framing: our own strict reading of a request's head.
//
// Where a request ends decides whose bytes the next one is made of. Parsers that are lenient about
// it, or two parsers that differ, are how requests get smuggled past a proxy. So there is exactly
// one reading of a head in this program, it is this one, and what RFC 9112 leaves to tolerance is
// refused: bare line feeds, folded lines, repeated lengths, a length next to a transfer coding.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <tl/expected.hpp>
#include <vector>

namespace pyrunner::http {

inline constexpr std::size_t kKiB = 1024;
inline constexpr std::size_t kMiB = 1024 * kKiB;

/// All in bytes but max_headers. A head is the request line, the fields and the empty line.
struct FramingLimits {
  std::size_t max_target_bytes = 8 * kKiB;
  std::size_t max_head_bytes = 32 * kKiB;
  std::size_t max_headers = 64;
  std::uint64_t max_body_bytes = 8 * kMiB;
};

/// Why a request is not served. It is answered once and the connection is closed, because nobody
/// can say where the next request would begin.
struct Refusal {
  int status = 400;
  std::string_view
      reason;  // a literal that tells the client what to do; never bytes of the request
};

struct HeaderView {
  std::string_view name;   // a token, in the client's case
  std::string_view value;  // without the white space around it
};

enum class BodyFraming { kNone, kContentLength, kChunked };

/// A head that passed. All views point into the bytes that were checked.
struct FramingDecision {
  std::string_view method;
  std::string_view path;   // at least "/"; "*" for OPTIONS only
  std::string_view query;  // without the question mark
  std::string_view host;   // the name part: no port, no brackets; empty: HTTP/1.0 without Host
  std::vector<HeaderView> headers;
  BodyFraming body = BodyFraming::kNone;
  std::uint64_t content_length = 0;  // of kContentLength, within the limit, never 0
  int minor_version = 1;             // HTTP/1.<this>, 0 or 1
  bool keep_alive = true;
  bool expects_continue = false;  // only together with a body
};

/// Checks one whole head, the empty line at its end included. Pure; any thread.
[[nodiscard]] tl::expected<FramingDecision, Refusal> CheckHead(std::string_view head,
                                                               const FramingLimits& limits);

/// Checks one field line, without its CRLF: a token, a colon at once, a value without control
/// characters. Pure; any thread.
[[nodiscard]] tl::expected<HeaderView, Refusal> CheckFieldLine(std::string_view line);

/// Whether two names of the protocol are the same but for ASCII case.
[[nodiscard]] bool EqualsIgnoringCase(std::string_view a, std::string_view b);

/// Finds the end of a head while its bytes come in, and refuses at the first byte that no head may
/// hold, so that garbage, a TLS hello or HTTP/0.9 is answered at once and not at the deadline.
/// Whatever CheckHead accepts passes here too. Not thread-safe.
class HeadScanner {
 public:
  explicit HeadScanner(const FramingLimits& limits) : limits_(limits) {}

  /// `received`: all that came of this head so far, the same bytes and more at each call. Returns
  /// the size of the head, or 0 while it is incomplete. Reads each byte once.
  [[nodiscard]] tl::expected<std::size_t, Refusal> Scan(std::string_view received);

  /// Ready for the next head.
  void Reset() { position_ = line_start_ = lines_ = 0; }

 private:
  FramingLimits limits_;
  std::size_t position_ = 0;
  std::size_t line_start_ = 0;
  std::size_t lines_ = 0;
};

}  // namespace pyrunner::http

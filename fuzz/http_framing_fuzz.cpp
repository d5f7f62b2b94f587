// Request heads and chunked bodies from hostile bytes.
//
// What is checked beyond "it does not crash": an accepted head looks safe to a second, naive
// reading that shares no code with the first; the scanner agrees with the check however the bytes
// are cut; a chunked body decodes the same however it is cut, within its limit, and what was
// encoded comes back.
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

#include "http/chunked.h"
#include "http/framing.h"

namespace {

using pyrunner::http::BodyFraming;
using pyrunner::http::CheckHead;
using pyrunner::http::ChunkedDecoder;
using pyrunner::http::FramingLimits;
using pyrunner::http::HeadScanner;

constexpr FramingLimits kLimits{
    .max_target_bytes = 64, .max_head_bytes = 512, .max_headers = 8, .max_body_bytes = 300};

void Require(bool condition, const char* what) {
  if (condition) return;
  std::fprintf(stderr, "broken: %s\n", what);
  std::abort();
}

char Lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }

// Lines of the head, by a plain search for line feeds, that start with this (lower case) name.
int CountFields(std::string_view head, std::string_view name) {
  int count = 0;
  for (std::size_t at = head.find('\n'); at != std::string_view::npos;
       at = head.find('\n', at + 1)) {
    bool equal = head.size() - at > name.size();
    for (std::size_t i = 0; equal && i < name.size(); ++i) {
      equal = Lower(head[at + 1 + i]) == name[i];
    }
    count += equal ? 1 : 0;
  }
  return count;
}

void RequireHarmless(std::string_view head) {
  for (std::size_t i = 0; i < head.size(); ++i) {
    const auto c = static_cast<unsigned char>(head[i]);
    if (c == '\n') Require(i > 0 && head[i - 1] == '\r', "an accepted head has a bare LF");
    if (c == '\r') Require(i + 1 < head.size() && head[i + 1] == '\n', "... has a bare CR");
    Require(c >= 0x20 || c == '\t' || c == '\r' || c == '\n', "... has a control character");
    if (c == '\n' && i + 1 < head.size()) {
      Require(head[i + 1] != ' ' && head[i + 1] != '\t', "... has a folded line");
    }
  }
  Require(head.find("\r\n\r\n") == head.size() - 4, "... has more than one end");
  Require(head.size() <= kLimits.max_head_bytes, "... is too long");
}

void CheckAcceptedHead(std::string_view head, const pyrunner::http::FramingDecision& decision) {
  RequireHarmless(head);
  const int hosts = CountFields(head, "host:");
  const int lengths = CountFields(head, "content-length:");
  const int codings = CountFields(head, "transfer-encoding:");
  Require(hosts == 1 || (hosts == 0 && decision.minor_version == 0), "not one Host");
  Require(decision.host.empty() == (hosts == 0), "a Host without a name");
  Require(lengths + codings <= 1, "more than one framing");
  Require((decision.body == BodyFraming::kChunked) == (codings == 1), "chunked or not");
  Require(codings == 0 || decision.minor_version == 1, "chunked in HTTP/1.0");
  if (decision.body == BodyFraming::kContentLength) Require(lengths == 1, "a length from nowhere");
  Require(decision.content_length <= kLimits.max_body_bytes, "a body beyond the limit");
  Require(decision.headers.size() <= kLimits.max_headers, "too many fields");
  Require(decision.path == "*" || decision.path.starts_with('/'), "no path");
  Require(decision.path.find_first_of(" ?#") == std::string_view::npos, "a path with its query");
  Require(decision.path.size() + decision.query.size() <= kLimits.max_target_bytes, "long target");
  for (const auto& [name, value] : decision.headers) {
    Require(!name.empty() && name.find_first_of(" \t:") == std::string_view::npos, "bad name");
    Require(value.empty() || (value.front() != ' ' && value.back() != ' '), "untrimmed value");
  }
}

// The status of a refusal, 0 for a whole head, -1 for one that does not end.
int Scan(std::string_view head, std::size_t piece) {
  HeadScanner scanner(kLimits);
  for (std::size_t end = 0; end < head.size();) {
    end = end + piece < head.size() ? end + piece : head.size();
    const auto size = scanner.Scan(head.substr(0, end));
    if (!size) return size.error().status;
    if (*size > 0) return *size == head.size() ? 0 : 1;
  }
  return -1;
}

void FuzzHead(std::string_view head, std::size_t piece) {
  const auto decision = CheckHead(head, kLimits);
  const auto again = CheckHead(std::string(head), kLimits);
  Require(decision.has_value() == again.has_value(), "the verdict changes");
  const int scanned = Scan(head, piece);
  Require(scanned == Scan(head, head.size() + 1), "the verdict depends on the pieces");
  if (decision) {
    CheckAcceptedHead(head, *decision);
    Require(scanned == 0, "the scanner refuses what the check accepts");
  } else {
    const auto& refusal = decision.error();
    Require(refusal.status == again.error().status, "the status changes");
    Require(refusal.status >= 400 && refusal.status <= 505, "no error status");
    Require(!refusal.reason.empty(), "no reason");
  }
}

struct Decoded {
  int status = 0;
  bool done = false;
  std::size_t consumed = 0;
  std::string body;

  bool operator==(const Decoded&) const = default;
};

Decoded Decode(std::string_view input, std::size_t piece) {
  ChunkedDecoder decoder(kLimits.max_body_bytes);
  Decoded result;
  while (result.consumed < input.size() && !result.done) {
    const auto consumed = decoder.Decode(input.substr(result.consumed, piece), result.body);
    Require(result.body.size() <= kLimits.max_body_bytes, "a chunked body beyond the limit");
    if (!consumed) {
      result.status = consumed.error().status;
      result.consumed = 0;  // where in its piece a refusal struck is nobody's business
      break;
    }
    Require(*consumed > 0, "the decoder stands still");
    result.consumed += *consumed;
    result.done = decoder.done();
  }
  return result;
}

// The body of an accepted chunked message, read in the most naive way.
std::string NaiveBody(std::string_view message) {
  std::string body;
  while (true) {
    const auto end = message.find("\r\n");
    Require(end != std::string_view::npos && end > 0, "a chunk without a size line");
    const std::string line(message.substr(0, end));
    Require(line.find_first_not_of("0123456789abcdefABCDEF") == std::string::npos,
            "an accepted size line holds more than a size");
    const std::size_t size = std::stoull(line, nullptr, 16);
    message.remove_prefix(end + 2);
    if (size == 0) return body;
    Require(message.size() >= size + 2 && message.substr(size, 2) == "\r\n", "a chunk without end");
    body += message.substr(0, size);
    message.remove_prefix(size + 2);
  }
}

void FuzzChunks(std::string_view input, std::size_t piece) {
  const auto whole = Decode(input, input.size() + 1);
  Require(whole == Decode(input, piece), "a body depends on the pieces");
  if (!whole.done) return;
  const auto message = input.substr(0, whole.consumed);
  Require(message.ends_with("\r\n\r\n"), "a chunked body without its end");
  Require(NaiveBody(message) == whole.body, "two readings of one chunked body");
}

void FuzzRoundTrip(std::string_view body, std::size_t piece) {
  if (body.size() > kLimits.max_body_bytes) return;
  std::string encoded;
  for (std::size_t at = 0; at < body.size(); at += piece) {
    const auto chunk = body.substr(at, piece);
    char size[20];
    std::snprintf(size, sizeof size, "%zX\r\n", chunk.size());
    encoded.append(size).append(chunk).append("\r\n");
  }
  encoded += "0\r\n\r\n";
  const auto decoded = Decode(encoded + "GET", 3);
  Require(decoded.done && decoded.body == body && decoded.consumed == encoded.size(),
          "what was encoded does not come back");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::size_t piece = 1 + data[0] % 32U;
  const std::string_view input(reinterpret_cast<const char*>(data) + 1, size - 1);
  FuzzHead(input, piece);
  FuzzChunks(input, piece);
  FuzzRoundTrip(input, piece);
  return 0;
}

#include "http/framing.h"

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <optional>
#include <utility>

namespace pyrunner::http {
namespace {

using Unexpected = tl::unexpected<Refusal>;

// Longer than every method in IANA's registry ("UPDATEREDIRECTREF" has 17 letters).
constexpr std::size_t kMaxMethodBytes = 20;
constexpr std::string_view kVersionPrefix = "HTTP/";
constexpr std::size_t kVersionBytes = 8;  // "HTTP/1.1"
constexpr std::size_t kMaxHostNameBytes = 255;

Unexpected Refuse(int status, std::string_view reason) {
  return Unexpected(Refusal{status, reason});
}

constexpr bool IsDigit(char c) { return c >= '0' && c <= '9'; }
constexpr bool IsUpper(char c) { return c >= 'A' && c <= 'Z'; }
constexpr char Lower(char c) { return IsUpper(c) ? static_cast<char>(c + ('a' - 'A')) : c; }

using CharacterClass = std::array<bool, 256>;
constexpr bool In(const CharacterClass& set, char c) { return set[static_cast<unsigned char>(c)]; }

constexpr CharacterClass kTokenCharacters = [] {  // RFC 9110, 5.6.2
  CharacterClass set{};
  for (char c = '0'; c <= '9'; ++c) set[static_cast<unsigned char>(c)] = true;
  for (char c = 'a'; c <= 'z'; ++c) set[static_cast<unsigned char>(c)] = true;
  for (char c = 'A'; c <= 'Z'; ++c) set[static_cast<unsigned char>(c)] = true;
  for (const char c : std::string_view("!#$%&'*+-.^_`|~"))
    set[static_cast<unsigned char>(c)] = true;
  return set;
}();

// Visible ASCII, space, tab, and the bytes above ASCII, which are opaque (obs-text).
constexpr CharacterClass kValueCharacters = [] {
  CharacterClass set{};
  for (int c = 0x20; c < 0x100; ++c) set[static_cast<std::size_t>(c)] = c != 0x7f;
  set['\t'] = true;
  return set;
}();

// Visible ASCII. A fragment is never sent, so a '#' is a client's or an attacker's mistake.
constexpr CharacterClass kTargetCharacters = [] {
  CharacterClass set{};
  for (int c = 0x21; c < 0x7f; ++c) set[static_cast<std::size_t>(c)] = c != '#';
  return set;
}();

bool AllIn(const CharacterClass& set, std::string_view text) {
  return std::all_of(text.begin(), text.end(), [&set](char c) { return In(set, c); });
}

std::string_view TrimWhiteSpace(std::string_view text) {
  const auto first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

struct RequestLine {
  std::string_view method;
  std::string_view target;
  int minor_version;
};

bool IsMethod(std::string_view text) {
  return !text.empty() && text.size() <= kMaxMethodBytes && IsUpper(text.front()) &&
         std::all_of(text.begin(), text.end(), [](char c) { return IsUpper(c) || c == '-'; });
}

tl::expected<RequestLine, Refusal> CheckRequestLine(std::string_view line,
                                                    const FramingLimits& limits) {
  constexpr std::string_view kShape =
      "Start the request with one line of method, target and HTTP/1.1, one space between them";
  const auto first = line.find(' ');
  if (!IsMethod(line.substr(0, first)) || first == std::string_view::npos) {
    return Refuse(400, kShape);
  }
  const auto second = line.find(' ', first + 1);
  const auto target = line.substr(first + 1, second - first - 1);
  if (target.size() > limits.max_target_bytes) {
    return Refuse(414, "The request target is too long: send the data in the body");
  }
  if (second == std::string_view::npos || target.empty()) return Refuse(400, kShape);
  const auto version = line.substr(second + 1);
  if (version.size() != kVersionBytes || version.substr(0, 5) != kVersionPrefix ||
      !IsDigit(version[5]) || version[6] != '.' || !IsDigit(version[7])) {
    return Refuse(400, kShape);
  }
  if (version[5] != '1' || version[7] > '1') {
    return Refuse(505, "This version of HTTP is not supported: use HTTP/1.1");
  }
  const auto method = line.substr(0, first);
  if (method == "TRACE" || method == "CONNECT") {
    return Refuse(501, "This method is not implemented: use GET or POST");
  }
  if (!AllIn(kTargetCharacters, target)) {
    return Refuse(400, "The request target has a character that must be percent-encoded");
  }
  return RequestLine{method, target, version[7] - '0'};
}

// The name part of a Host value, or nothing when it is malformed. No user info, no IPv6 zone, no
// percent-encoding: nothing that another reader of the same value could take for another host.
std::optional<std::string_view> ParseHost(std::string_view value) {
  std::string_view name;
  std::string_view rest;
  if (value.starts_with('[')) {
    const auto end = value.find(']');
    if (end == std::string_view::npos) return std::nullopt;
    name = value.substr(1, end - 1);
    rest = value.substr(end + 1);
    std::array<char, INET6_ADDRSTRLEN> text{};
    if (name.size() >= text.size()) return std::nullopt;
    std::memcpy(text.data(), name.data(), name.size());
    in6_addr address;
    if (std::strlen(text.data()) != name.size() ||
        inet_pton(AF_INET6, text.data(), &address) != 1) {
      return std::nullopt;
    }
  } else {
    const auto colon = value.find(':');
    name = value.substr(0, colon);
    if (colon != std::string_view::npos) rest = value.substr(colon);
    if (name.empty() || name.size() > kMaxHostNameBytes) return std::nullopt;
    for (const char c : name) {
      const bool is_plain = IsDigit(c) || IsUpper(c) || (c >= 'a' && c <= 'z');
      if (!is_plain && c != '-' && c != '.' && c != '_') return std::nullopt;
    }
  }
  if (rest.empty()) return name;
  if (rest.front() != ':') return std::nullopt;
  rest.remove_prefix(1);
  if (rest.empty() || rest.size() > 5 || !std::all_of(rest.begin(), rest.end(), IsDigit)) {
    return std::nullopt;
  }
  int port = 0;
  for (const char c : rest) port = port * 10 + (c - '0');
  if (port > 65535) return std::nullopt;
  return name;
}

// The fields that the framing looks at, and those whose repetition would let two readers see two
// different requests.
enum Field : std::size_t {
  kHost,
  kContentLength,
  kTransferEncoding,
  kExpect,
  kContentEncoding,
  kContentType,
  kAuthorization,
  kOrigin,
  kSecFetchSite,
  kFieldCount,
  kConnection = kFieldCount,  // a list: may be repeated
  kOtherField,
};

constexpr std::array<std::string_view, kFieldCount + 1> kFieldNames = {
    "host",          "content-length",   "transfer-encoding",
    "expect",        "content-encoding", "content-type",
    "authorization", "origin",           "sec-fetch-site",
    "connection"};

Field IdentifyField(std::string_view name) {
  for (std::size_t i = 0; i < kFieldNames.size(); ++i) {
    if (EqualsIgnoringCase(name, kFieldNames[i])) return static_cast<Field>(i);
  }
  return kOtherField;
}

struct Fields {
  std::array<std::optional<std::string_view>, kFieldCount> values;
  bool close = false;
  bool keep_alive = false;
};

// Adds what a Connection field says. False: it is no list of tokens.
bool ReadConnection(std::string_view list, Fields& fields) {
  while (true) {
    const auto comma = list.find(',');
    const auto element = TrimWhiteSpace(list.substr(0, comma));
    if (!AllIn(kTokenCharacters, element)) return false;
    fields.close |= EqualsIgnoringCase(element, "close");
    fields.keep_alive |= EqualsIgnoringCase(element, "keep-alive");
    if (comma == std::string_view::npos) return true;
    list.remove_prefix(comma + 1);
  }
}

// All field lines and the empty line after them. `rest` starts behind the request line.
tl::expected<Fields, Refusal> CheckFields(std::string_view rest, const FramingLimits& limits,
                                          std::vector<HeaderView>& headers) {
  Fields fields;
  headers.reserve(16);
  while (true) {
    const auto end = rest.find("\r\n");
    if (end == std::string_view::npos) return Refuse(400, "End every line of the head with CRLF");
    const auto line = rest.substr(0, end);
    rest.remove_prefix(end + 2);
    if (line.empty()) break;
    if (headers.size() == limits.max_headers) return Refuse(431, "Send fewer header fields");
    const auto field = CheckFieldLine(line);
    if (!field) return Unexpected(field.error());
    headers.push_back(*field);
    const Field which = IdentifyField(field->name);
    if (which == kConnection) {
      if (!ReadConnection(field->value, fields)) {
        return Refuse(400, "The Connection header must be a list such as close or keep-alive");
      }
    } else if (which != kOtherField) {
      if (fields.values[which]) {
        return Refuse(400, which == kHost ? "Send exactly one Host header"
                                          : "Send a header of this kind only once: Content-Length, "
                                            "Transfer-Encoding, Content-Type, Content-Encoding, "
                                            "Expect, Authorization, Origin, Sec-Fetch-Site");
      }
      fields.values[which] = field->value;
    }
  }
  if (!rest.empty()) return Refuse(400, "Nothing may follow the empty line of a head");
  return fields;
}

// Origin-form, "*" for OPTIONS, or absolute-form whose authority is the Host's.
std::optional<Refusal> SplitTarget(const RequestLine& line, std::optional<std::string_view> host,
                                   FramingDecision& decision) {
  std::string_view target = line.target;
  if (target == "*") {
    if (line.method != "OPTIONS") return Refusal{400, "The target * is for OPTIONS only"};
    decision.path = target;
    return std::nullopt;
  }
  if (!target.starts_with('/')) {
    const auto colon = target.find("://");
    const auto scheme = target.substr(0, colon);
    if (colon == std::string_view::npos ||
        !(EqualsIgnoringCase(scheme, "http") || EqualsIgnoringCase(scheme, "https"))) {
      return Refusal{400, "The request target must be a path that starts with a slash"};
    }
    target.remove_prefix(colon + 3);
    const auto authority = target.substr(0, target.find_first_of("/?"));
    if (!host || !EqualsIgnoringCase(authority, *host)) {
      return Refusal{400, "The authority in the request target must be the one in Host"};
    }
    target.remove_prefix(authority.size());
  }
  const auto question = target.find('?');
  decision.path = target.substr(0, question);
  if (decision.path.empty()) decision.path = "/";
  if (question != std::string_view::npos) decision.query = target.substr(question + 1);
  return std::nullopt;
}

// How the body is delimited. There is exactly one answer, or a refusal.
std::optional<Refusal> DecideBody(const Fields& fields, const FramingLimits& limits,
                                  FramingDecision& decision) {
  const auto& length = fields.values[kContentLength];
  const auto& coding = fields.values[kTransferEncoding];
  if (coding) {
    if (length) return Refusal{400, "Send either Content-Length or Transfer-Encoding, not both"};
    if (decision.minor_version == 0) {
      return Refusal{400, "HTTP/1.0 has no Transfer-Encoding: send Content-Length"};
    }
    if (!EqualsIgnoringCase(*coding, "chunked")) {
      return Refusal{501, "The only transfer coding here is chunked, alone and once"};
    }
    decision.body = BodyFraming::kChunked;
    return std::nullopt;
  }
  if (!length) return std::nullopt;
  if (length->empty() || !std::all_of(length->begin(), length->end(), IsDigit)) {
    return Refusal{400, "Content-Length must be one decimal number"};
  }
  std::uint64_t value = 0;
  for (const char c : *length) {
    const auto digit = static_cast<std::uint64_t>(c - '0');
    if (digit > limits.max_body_bytes || value > (limits.max_body_bytes - digit) / 10) {
      return Refusal{413, "The request body is too large: send less"};
    }
    value = value * 10 + digit;
  }
  if (value > 0) {
    decision.body = BodyFraming::kContentLength;
    decision.content_length = value;
  }
  return std::nullopt;
}

}  // namespace

bool EqualsIgnoringCase(std::string_view a, std::string_view b) {
  return a.size() == b.size() && std::equal(a.begin(), a.end(), b.begin(),
                                            [](char x, char y) { return Lower(x) == Lower(y); });
}

tl::expected<HeaderView, Refusal> CheckFieldLine(std::string_view line) {
  if (line.starts_with(' ') || line.starts_with('\t')) {
    return Refuse(400, "Do not fold header lines: send each field on one line");
  }
  const auto colon = line.find(':');
  const auto name = line.substr(0, colon);
  if (colon == std::string_view::npos || name.empty() || !AllIn(kTokenCharacters, name)) {
    return Refuse(400, "A header line must be a name, a colon right behind it, and a value");
  }
  const auto value = line.substr(colon + 1);
  if (!AllIn(kValueCharacters, value)) {
    return Refuse(400, "A header value must not hold control characters");
  }
  return HeaderView{name, TrimWhiteSpace(value)};
}

tl::expected<FramingDecision, Refusal> CheckHead(std::string_view head,
                                                 const FramingLimits& limits) {
  if (head.size() > limits.max_head_bytes) return Refuse(431, "Send smaller header fields");
  const auto end_of_line = head.find("\r\n");
  if (end_of_line == std::string_view::npos) {
    return Refuse(400, "End every line of the head with CRLF");
  }
  const auto line = CheckRequestLine(head.substr(0, end_of_line), limits);
  if (!line) return Unexpected(line.error());

  FramingDecision decision;
  const auto fields = CheckFields(head.substr(end_of_line + 2), limits, decision.headers);
  if (!fields) return Unexpected(fields.error());
  decision.method = line->method;
  decision.minor_version = line->minor_version;
  decision.keep_alive = !fields->close && (line->minor_version == 1 || fields->keep_alive);

  const auto& host = fields->values[kHost];
  if (host) {
    const auto name = ParseHost(*host);
    if (!name) return Refuse(400, "The Host header must be a host name and, if needed, a port");
    decision.host = *name;
  } else if (line->minor_version == 1) {
    return Refuse(400, "Send exactly one Host header");
  }
  if (auto refusal = SplitTarget(*line, host, decision)) return Unexpected(*refusal);

  if (const auto& expect = fields->values[kExpect]) {
    if (!EqualsIgnoringCase(*expect, "100-continue")) {
      return Refuse(417, "The only expectation that can be met is 100-continue");
    }
    decision.expects_continue = line->minor_version == 1;  // RFC 9110, 10.1.1: 1.0 cannot wait
  }
  if (auto refusal = DecideBody(*fields, limits, decision)) return Unexpected(*refusal);
  if (const auto& encoding = fields->values[kContentEncoding];
      encoding && !EqualsIgnoringCase(*encoding, "identity")) {
    return Refuse(415, "Send the body without a content encoding");
  }
  if (decision.body == BodyFraming::kNone) decision.expects_continue = false;
  return decision;
}

tl::expected<std::size_t, Refusal> HeadScanner::Scan(std::string_view received) {
  const std::size_t max_line = kMaxMethodBytes + limits_.max_target_bytes + kVersionBytes + 4;
  for (; position_ < received.size(); ++position_) {
    const char c = received[position_];
    if (position_ == limits_.max_head_bytes) return Refuse(431, "Send smaller header fields");
    const bool after_cr = position_ > 0 && received[position_ - 1] == '\r';
    if ((c == '\n') != after_cr) return Refuse(400, "End every line of the head with CRLF");
    if (c == '\n') {
      const auto line = received.substr(line_start_, position_ - 1 - line_start_);
      line_start_ = position_ + 1;
      if (lines_++ == 0) {
        if (const auto checked = CheckRequestLine(line, limits_); !checked) {
          return Unexpected(checked.error());
        }
      } else if (line.empty()) {
        return position_ + 1;
      } else if (lines_ > limits_.max_headers + 1) {
        return Refuse(431, "Send fewer header fields");
      }
    } else if (c != '\r' && !In(kValueCharacters, c)) {
      return Refuse(400, "The head of a request must not hold control characters");
    } else if (lines_ == 0 && position_ == max_line) {
      return Refuse(414, "The request target is too long: send the data in the body");
    } else if (lines_ == 0 && position_ <= kMaxMethodBytes && c != ' ' && c != '\r' &&
               received.substr(0, position_).find(' ') == std::string_view::npos &&
               (position_ == kMaxMethodBytes || (!IsUpper(c) && c != '-'))) {
      return Refuse(400, "Start the request with an upper-case method such as GET or POST");
    }
  }
  return std::size_t{0};
}

}  // namespace pyrunner::http

#include "http/chunked.h"

#include <algorithm>

namespace pyrunner::http {
namespace {

constexpr int kMaxSizeDigits = 16;
constexpr std::size_t kMaxTrailerBytes = 1024;

tl::unexpected<Refusal> Refuse(int status, std::string_view reason) {
  return tl::unexpected(Refusal{status, reason});
}

int HexDigit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

}  // namespace

tl::expected<std::size_t, Refusal> ChunkedDecoder::Decode(std::string_view input,
                                                          std::string& body) {
  std::size_t position = 0;
  while (position < input.size() && !done()) {
    if (state_ == State::kData) {
      const auto size = std::min<std::uint64_t>(chunk_, input.size() - position);
      body.append(input.substr(position, size));
      position += size;
      chunk_ -= size;
      if (chunk_ == 0) state_ = State::kDataCr;
      continue;
    }
    if (const auto step = Step(input[position++]); !step) return tl::unexpected(step.error());
  }
  return position;
}

tl::expected<void, Refusal> ChunkedDecoder::Step(char c) {
  switch (state_) {
    case State::kSize: {
      if (c == '\r' && digits_ > 0) {
        state_ = State::kSizeLf;
        return {};
      }
      const int digit = HexDigit(c);
      if (digit < 0) {
        return Refuse(400,
                      "A chunk must start with its size in hexadecimal, CRLF and nothing else");
      }
      const auto value = static_cast<std::uint64_t>(digit);
      if (value > remaining_ || chunk_ > (remaining_ - value) / 16) {
        return Refuse(413, "The request body is too large: send less");
      }
      chunk_ = chunk_ * 16 + value;
      // Leading zeros are legal, so the limit alone does not bound the digits.
      if (++digits_ > kMaxSizeDigits) return Refuse(400, "The size of a chunk has too many digits");
      return {};
    }
    case State::kSizeLf:
      if (c != '\n') return Refuse(400, "End the size of a chunk with CRLF");
      remaining_ -= chunk_;
      digits_ = 0;
      state_ = chunk_ > 0 ? State::kData : State::kTrailer;
      return {};
    case State::kDataCr:
      if (c != '\r')
        return Refuse(400, "End a chunk with CRLF after as many bytes as its size says");
      state_ = State::kDataLf;
      return {};
    case State::kDataLf:
      if (c != '\n')
        return Refuse(400, "End a chunk with CRLF after as many bytes as its size says");
      state_ = State::kSize;
      return {};
    case State::kTrailer:
      if (++trailer_bytes_ > kMaxTrailerBytes) return Refuse(431, "Send no trailer fields");
      if (c == '\n') return EndTrailerLine();
      line_.push_back(c);
      return {};
    case State::kData:
    case State::kDone:
      break;
  }
  return Refuse(400, "The chunked body is malformed");  // not reached: Decode handles both
}

tl::expected<void, Refusal> ChunkedDecoder::EndTrailerLine() {
  if (!line_.ends_with('\r')) return Refuse(400, "End every line of the trailers with CRLF");
  line_.pop_back();
  if (line_.empty()) {
    state_ = State::kDone;
    return {};
  }
  if (const auto field = CheckFieldLine(line_); !field) return tl::unexpected(field.error());
  line_.clear();
  return {};
}

}  // namespace pyrunner::http

// ChunkedDecoder: the body of a request with Transfer-Encoding: chunked.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <tl/expected.hpp>

#include "http/framing.h"

namespace pyrunner::http {

/// Decodes one body, incrementally. Stricter than RFC 9112, 7.1: chunk extensions are refused
/// (nobody sends them but smugglers), trailers are checked like header fields, bounded and dropped.
/// After a refusal the decoder, like its connection, is of no further use. Not thread-safe.
class ChunkedDecoder {
 public:
  explicit ChunkedDecoder(std::uint64_t max_body_bytes) : remaining_(max_body_bytes) {}

  /// Appends what `input` holds of the body to `body`. Returns how much of `input` belonged to it:
  /// all, unless done(). A chunk that would pass the limit is refused by its size line, before
  /// its bytes are kept.
  [[nodiscard]] tl::expected<std::size_t, Refusal> Decode(std::string_view input,
                                                          std::string& body);

  [[nodiscard]] bool done() const { return state_ == State::kDone; }

 private:
  enum class State { kSize, kSizeLf, kData, kDataCr, kDataLf, kTrailer, kDone };

  [[nodiscard]] tl::expected<void, Refusal> Step(char c);
  [[nodiscard]] tl::expected<void, Refusal> EndTrailerLine();

  State state_ = State::kSize;
  std::uint64_t remaining_;  // of the limit
  std::uint64_t chunk_ = 0;  // of the current chunk
  int digits_ = 0;           // of the current size
  std::size_t trailer_bytes_ = 0;
  std::string line_;  // of the trailers
};

}  // namespace pyrunner::http

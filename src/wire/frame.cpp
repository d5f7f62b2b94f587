#include "wire/frame.h"

#include <cstring>

#include "wire/codec.h"

namespace pyrunner::wire {
namespace {

constexpr std::size_t kHeaderSize = 8;

}  // namespace

void AppendFrame(FrameType type, std::string_view payload, std::string& out) {
  Writer writer(out);
  writer.Integer(static_cast<std::uint32_t>(type));
  writer.String(payload);
}

bool FrameReader::Feed(std::string_view bytes) {
  if (broken_) return false;
  // Once for all frames that were taken: a peer may send very many very small ones.
  buffer_.erase(0, taken_);
  taken_ = 0;
  buffer_.append(bytes);
  if (buffer_.size() >= kHeaderSize) {
    Reader header(std::string_view(buffer_).substr(0, kHeaderSize));
    (void)header.Integer<std::uint32_t>();
    if (header.Integer<std::uint32_t>() > max_payload_) broken_ = true;
  }
  // Frames are taken out as they complete, so more than one whole frame plus what a single read
  // brings is a peer that floods.
  if (buffer_.size() > 2 * (max_payload_ + kHeaderSize)) broken_ = true;
  if (broken_) {
    buffer_.clear();
    buffer_.shrink_to_fit();
  }
  return !broken_;
}

std::optional<Frame> FrameReader::Next() {
  const std::string_view rest = std::string_view(buffer_).substr(taken_);
  if (broken_ || rest.size() < kHeaderSize) return std::nullopt;
  Reader header(rest.substr(0, kHeaderSize));
  const auto type = header.Integer<std::uint32_t>();
  const std::size_t size = header.Integer<std::uint32_t>();
  if (size > max_payload_) {
    broken_ = true;
    buffer_.clear();
    taken_ = 0;
    return std::nullopt;
  }
  if (rest.size() < kHeaderSize + size) return std::nullopt;
  taken_ += kHeaderSize + size;
  return Frame{static_cast<FrameType>(type), std::string(rest.substr(kHeaderSize, size))};
}

}  // namespace pyrunner::wire

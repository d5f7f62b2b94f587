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
  if (broken_ || buffer_.size() < kHeaderSize) return std::nullopt;
  Reader header(std::string_view(buffer_).substr(0, kHeaderSize));
  const auto type = header.Integer<std::uint32_t>();
  const std::size_t size = header.Integer<std::uint32_t>();
  if (size > max_payload_) {
    broken_ = true;
    buffer_.clear();
    return std::nullopt;
  }
  if (buffer_.size() < kHeaderSize + size) return std::nullopt;
  Frame frame{static_cast<FrameType>(type), buffer_.substr(kHeaderSize, size)};
  buffer_.erase(0, kHeaderSize + size);
  return frame;
}

}  // namespace pyrunner::wire

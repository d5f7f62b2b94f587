#include "engine/output_capture.h"

#include <algorithm>
#include <utility>

namespace pyrunner {

OutputCapture::OutputCapture(std::size_t limit)
    : head_limit_(limit / 2), tail_limit_(limit - limit / 2) {}

void OutputCapture::Append(std::string_view bytes) {
  total_ += bytes.size();
  const std::size_t to_head = std::min(bytes.size(), head_limit_ - head_.size());
  head_.append(bytes.substr(0, to_head));
  bytes.remove_prefix(to_head);

  const std::size_t to_fill = std::min(bytes.size(), tail_limit_ - tail_.size());
  tail_.append(bytes.substr(0, to_fill));
  bytes.remove_prefix(to_fill);

  // Only the end of what still comes can be part of the tail.
  if (bytes.size() > tail_limit_) bytes.remove_prefix(bytes.size() - tail_limit_);
  while (!bytes.empty()) {
    const std::size_t run = std::min(bytes.size(), tail_.size() - tail_next_);
    std::copy_n(bytes.data(), run, tail_.data() + tail_next_);
    tail_next_ = (tail_next_ + run) % tail_.size();
    bytes.remove_prefix(run);
  }
}

CapturedStream OutputCapture::Take() {
  CapturedStream stream;
  stream.total = total_;
  stream.bytes = std::move(head_);
  stream.cut_at = stream.bytes.size();
  if (tail_next_ == 0) {
    stream.bytes += tail_;
  } else {
    stream.bytes.append(tail_, tail_next_);
    stream.bytes.append(tail_, 0, tail_next_);
  }
  head_.clear();
  tail_.clear();
  tail_next_ = 0;
  total_ = 0;
  return stream;
}

}  // namespace pyrunner

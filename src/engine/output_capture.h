// OutputCapture: what is kept of one output stream, however much a program writes.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "engine/outcome.h"

namespace pyrunner {

/// Keeps the first and the last half of `limit` bytes. Memory is bounded by the limit and grows
/// with what is really written. Used from one thread.
class OutputCapture {
 public:
  explicit OutputCapture(std::size_t limit);

  void Append(std::string_view bytes);
  [[nodiscard]] std::uint64_t total() const { return total_; }

  /// What was kept, moved out.
  [[nodiscard]] CapturedStream Take();

 private:
  std::size_t head_limit_;
  std::size_t tail_limit_;
  std::string head_;
  std::string tail_;           // a ring once it is full
  std::size_t tail_next_ = 0;  // where the oldest byte is, then
  std::uint64_t total_ = 0;
};

}  // namespace pyrunner

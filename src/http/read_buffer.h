// ReadBuffer: the bytes of a connection that nobody has read yet.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <memory>
#include <string_view>

namespace pyrunner::http {

/// A contiguous queue of bytes. It allocates on first use and grows by doubling; who bounds what is
/// read bounds it. Views die with the next call that is not const. Not thread-safe.
class ReadBuffer {
 public:
  [[nodiscard]] std::string_view view() const { return {bytes_.get() + begin_, end_ - begin_}; }
  [[nodiscard]] std::size_t size() const { return end_ - begin_; }
  [[nodiscard]] bool empty() const { return begin_ == end_; }

  /// Free room behind the bytes, at least `minimum`; it stays where it is until the next call.
  [[nodiscard]] char* Prepare(std::size_t minimum) {
    if (capacity_ - end_ >= minimum) return bytes_.get() + end_;
    const std::size_t used = size();
    if (capacity_ - used >= minimum) {
      std::memmove(bytes_.get(), bytes_.get() + begin_, used);
    } else {
      const std::size_t capacity = std::max({kFirstCapacity, 2 * capacity_, used + minimum});
      // Not make_unique, which would write zeros over bytes that are about to be received.
      std::unique_ptr<char[]> bytes(new char[capacity]);
      if (used > 0) std::memcpy(bytes.get(), bytes_.get() + begin_, used);
      bytes_ = std::move(bytes);
      capacity_ = capacity;
    }
    begin_ = 0;
    end_ = used;
    return bytes_.get() + end_;
  }

  /// The size of the room behind the bytes.
  [[nodiscard]] std::size_t room() const { return capacity_ - end_; }

  /// `count` bytes were written to the prepared room.
  void Commit(std::size_t count) { end_ += count; }

  /// Forgets the first `count` bytes. Keeps a small allocation for the next request, not a large
  /// one: thousands of idle connections must not each hold the largest head that was ever sent.
  void Consume(std::size_t count) {
    begin_ += count;
    if (begin_ < end_) return;
    begin_ = end_ = 0;
    if (capacity_ > kKeptCapacity) {
      bytes_.reset();
      capacity_ = 0;
    }
  }

 private:
  static constexpr std::size_t kFirstCapacity = 4096;
  static constexpr std::size_t kKeptCapacity = 8192;

  std::unique_ptr<char[]> bytes_;
  std::size_t capacity_ = 0;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
};

}  // namespace pyrunner::http

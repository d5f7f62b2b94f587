// ReadyBudget: what may be kept ready beyond each kind's least number, in sandboxes and in bytes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <list>

namespace pyrunner {

/// So many sandboxes for each group of shares, and so many bytes for all of them; within that first
/// come, first served. Not thread-safe; outlives its shares.
class ReadyBudget {
 public:
  /// `bytes` 0: no bound on the memory.
  ReadyBudget(std::size_t sandboxes, std::uint64_t bytes) : sandboxes_(sandboxes), bytes_(bytes) {}
  ReadyBudget(const ReadyBudget&) = delete;
  ReadyBudget& operator=(const ReadyBudget&) = delete;

  class Share;

  /// What all of them have together.
  [[nodiscard]] std::size_t used() const;

 private:
  std::size_t sandboxes_;
  std::uint64_t bytes_;
  std::list<const Share*> shares_;
};

/// What one of them has.
class ReadyBudget::Share {
 public:
  Share(ReadyBudget& budget, std::size_t group) : budget_(budget), group_(group) {
    budget_.shares_.push_back(this);
  }
  ~Share() { budget_.shares_.remove(this); }
  Share(const Share&) = delete;
  Share& operator=(const Share&) = delete;

  /// Of now on it has so many sandboxes.
  void Use(std::size_t sandboxes) { used_ = sandboxes; }

  /// The memory of one of them, as it was measured; until then a careful guess is used.
  void Measured(std::uint64_t bytes);

  /// How many it may have, those that it has included.
  [[nodiscard]] std::size_t Room() const;

 private:
  friend class ReadyBudget;

  // More than any ready sandbox took so far.
  static constexpr std::uint64_t kGuess = 4 << 20;

  ReadyBudget& budget_;
  std::size_t group_;
  std::size_t used_ = 0;
  std::uint64_t bytes_each_ = kGuess;
};

}  // namespace pyrunner

// Demand: how many sandboxes should be ready, from the arrivals of late.
#pragma once

#include <chrono>
#include <cstddef>

#include "base/deadline.h"

namespace pyrunner {

/// Remembers the most requests that came within a tenth of a second, for the keep time; then
/// forgets half of them in each third of it. A tenth of a second is more than a sandbox usually
/// takes to be made and less than it takes to make many: a steady stream needs few of them ready, a
/// burst as many as it has requests. Times are the caller's. Not thread-safe.
class Demand {
 public:
  explicit Demand(SteadyClock::duration keep) : keep_(keep) {}

  void Arrived(Deadline now);

  /// What to have ready, where making one takes so long. At most an eighth more than has come.
  [[nodiscard]] std::size_t Wanted(Deadline now, SteadyClock::duration making) const;

 private:
  [[nodiscard]] double Remembered(Deadline now) const;

  SteadyClock::duration keep_;
  Deadline window_start_{};
  std::size_t in_window_ = 0;
  std::size_t in_window_before_ = 0;
  double peak_ = 0;
  Deadline peak_at_{};
};

}  // namespace pyrunner

// Activity: whether requests are being answered, so that what can wait does.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <utility>

#include "base/deadline.h"

namespace pyrunner {

/// Used from the gateway's thread.
class Activity {
 public:
  /// One request, from its arrival to its answer. Gone before the activity is.
  class Request {
   public:
    explicit Request(Activity& activity) : activity_(activity) {
      ++activity_.requests_;
      ++activity_.waiting_;
    }
    ~Request() {
      if (waits_) --activity_.waiting_;
      --activity_.requests_;
      activity_.last_answer_ = SteadyClock::now();
    }
    Request(const Request&) = delete;
    Request& operator=(const Request&) = delete;

    /// Its program is sent to a sandbox now.
    void Start(Deadline now) {
      if (std::exchange(waits_, false)) --activity_.waiting_;
      activity_.last_start_ = now;
    }

   private:
    Activity& activity_;
    bool waits_ = true;
  };

  /// From when on, if nothing comes, no request waits, nor any answer that can be expected soon.
  /// Long runs step back from the processors by themselves (see Sandbox): nobody notices who takes
  /// them meanwhile.
  [[nodiscard]] Deadline quiet_from() const {
    if (waiting_ > 0) return Deadline::max();
    const Deadline answered = last_answer_ + kOnItsWay;
    return requests_ == 0 ? answered : std::max(answered, last_start_ + kBriefRun);
  }

 private:
  static constexpr std::chrono::milliseconds kBriefRun{50};
  // Until a client has its answer, and its sandbox is taken apart.
  static constexpr std::chrono::milliseconds kOnItsWay{1};

  std::size_t requests_ = 0;
  std::size_t waiting_ = 0;
  Deadline last_start_{};
  Deadline last_answer_{};
};

}  // namespace pyrunner

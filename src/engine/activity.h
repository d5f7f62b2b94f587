// Activity: whether requests are being answered, so that what can wait does.
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <utility>

#include "base/deadline.h"

namespace pyrunner {

/// Used from the gateway's thread.
class Activity {
 public:
  /// `on_quiet` is called whenever the last request was answered.
  explicit Activity(std::function<void()> on_quiet) : on_quiet_(std::move(on_quiet)) {}

  /// One request, from its arrival to its answer. Gone before the activity is.
  class Request {
   public:
    explicit Request(Activity& activity) : activity_(activity) {
      ++activity_.requests_;
      ++activity_.waiting_;
    }
    ~Request() {
      if (waits_) --activity_.waiting_;
      if (--activity_.requests_ == 0) activity_.on_quiet_();
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

  /// Whether no request waits, nor any answer that can be expected soon. Long runs step back from
  /// the processors by themselves (see Sandbox): nobody notices who takes them meanwhile.
  [[nodiscard]] bool quiet(Deadline now) const {
    return requests_ == 0 || (waiting_ == 0 && now - last_start_ >= kBriefRun);
  }

 private:
  static constexpr std::chrono::milliseconds kBriefRun{50};

  std::function<void()> on_quiet_;
  std::size_t requests_ = 0;
  std::size_t waiting_ = 0;
  Deadline last_start_{};
};

}  // namespace pyrunner

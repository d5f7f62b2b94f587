#include "engine/demand.h"

#include <algorithm>
#include <cmath>

namespace pyrunner {

using namespace std::chrono_literals;

namespace {

constexpr auto kSpan = 100ms;
// Arrivals are counted in halves of the span, so that no burst is cut in two.
constexpr auto kWindow = kSpan / 2;
constexpr double kHalfLivesInKeepTime = 3;
constexpr double kHeadroom = 1.125;

}  // namespace

double Demand::Remembered(Deadline now) const {
  const auto age = now - peak_at_;
  if (age <= keep_) return peak_;
  const double half_lives = kHalfLivesInKeepTime *
                            std::chrono::duration<double>(age - keep_).count() /
                            std::chrono::duration<double>(keep_).count();
  return peak_ * std::exp2(-half_lives);
}

void Demand::Arrived(Deadline now) {
  if (const auto age = now - window_start_; age >= kWindow) {
    in_window_before_ = age < 2 * kWindow ? in_window_ : 0;
    in_window_ = 0;
    window_start_ = now;
  }
  ++in_window_;
  const auto level = static_cast<double>(in_window_ + in_window_before_);
  if (level < Remembered(now)) return;
  peak_ = level;
  peak_at_ = now;
}

std::size_t Demand::Wanted(Deadline now, SteadyClock::duration making) const {
  const double spans = std::chrono::duration<double>(making) / kSpan;
  return static_cast<std::size_t>(kHeadroom * std::max(1.0, spans) * Remembered(now));
}

}  // namespace pyrunner

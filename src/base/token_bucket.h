// TokenBucket: so many things per second, and more at once after a pause.
#pragma once

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdint>

#include "base/deadline.h"

namespace pyrunner {

/// Full at first. Time comes in by the calls and never runs backwards. Not thread-safe.
class TokenBucket {
 public:
  using Seconds = std::chrono::duration<double>;

  /// `rate` is of tokens per second, above 0; `capacity`, 1 or more, can be saved up.
  TokenBucket(double rate, double capacity, SteadyClock::time_point now)
      : rate_(rate), capacity_(capacity), tokens_(capacity), filled_(now) {}

  /// Saves up two seconds' worth, and one token at least.
  TokenBucket(double rate, SteadyClock::time_point now)
      : TokenBucket(rate, std::max(1.0, std::floor(2 * rate)), now) {}

  /// Another rate for the same holder, who keeps what was saved up: a change is no new start.
  TokenBucket(double rate, const TokenBucket& previous, SteadyClock::time_point now)
      : TokenBucket(rate, now) {
    tokens_ = std::min(capacity_, previous.TokensAt(now));
  }

  /// Takes one if there is one.
  [[nodiscard]] bool Take(SteadyClock::time_point now) {
    tokens_ = TokensAt(now);
    filled_ = now;
    if (tokens_ < 1) return false;
    tokens_ -= 1;
    return true;
  }

  [[nodiscard]] std::uint64_t capacity() const { return static_cast<std::uint64_t>(capacity_); }
  [[nodiscard]] std::uint64_t Left(SteadyClock::time_point now) const {
    return static_cast<std::uint64_t>(TokensAt(now));
  }
  /// How long an empty one takes to be full.
  [[nodiscard]] std::chrono::seconds Window() const { return RoundedUp(capacity_); }
  /// Until it is full.
  [[nodiscard]] std::chrono::seconds UntilFull(SteadyClock::time_point now) const {
    return RoundedUp(capacity_ - TokensAt(now));
  }
  /// Until there is one; 0 if there is.
  [[nodiscard]] std::chrono::seconds UntilNext(SteadyClock::time_point now) const {
    return RoundedUp(std::max(0.0, 1 - TokensAt(now)));
  }

 private:
  [[nodiscard]] double TokensAt(SteadyClock::time_point now) const {
    // Who waited exactly as long as it was told must not fail by a rounding.
    constexpr double kRounding = 1e-6;
    const double seconds = std::max(0.0, Seconds(now - filled_).count());
    const double tokens = tokens_ + seconds * rate_;
    const double whole = std::round(tokens);
    return std::min(capacity_, std::abs(tokens - whole) < kRounding ? whole : tokens);
  }
  [[nodiscard]] std::chrono::seconds RoundedUp(double tokens) const {
    return std::chrono::seconds(static_cast<std::int64_t>(std::ceil(tokens / rate_)));
  }

  double rate_;
  double capacity_;
  double tokens_;
  SteadyClock::time_point filled_;
};

}  // namespace pyrunner

// LineLimiter: keeps a log from growing with what clients do.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/token_bucket.h"

namespace pyrunner::telemetry {

/// Lines that differ only in numbers are of one kind. Each kind may have so many lines at once and
/// then so many in a second, and so may all of them together; what is more is counted. Not
/// thread-safe.
class LineLimiter {
 public:
  using Clock = SteadyClock;

  struct Allowance {
    double burst;
    double per_second;
  };
  struct Options {
    Allowance kind;
    Allowance all;
    std::size_t kinds = 64;  // that are told apart; any more are one kind together
    std::chrono::seconds between_reports{10};
  };
  struct Suppressed {
    std::string kind;  // as its first line began
    std::uint64_t lines;
  };

  explicit LineLimiter(const Options& options)
      : options_(options), all_(options.all.per_second, options.all.burst, {}) {}

  /// Whether the line may be logged.
  [[nodiscard]] bool Admit(std::string_view line, Clock::time_point now);

  /// What was not, since the last report of its kind; each kind is due once per
  /// Options::between_reports.
  [[nodiscard]] std::vector<Suppressed> TakeReports(Clock::time_point now);
  /// All of it, at the end.
  [[nodiscard]] std::vector<Suppressed> TakeAll();

  [[nodiscard]] std::uint64_t suppressed() const { return suppressed_; }

 private:
  struct Kind {
    TokenBucket bucket;
    std::string example;
    std::uint64_t suppressed = 0;
    Clock::time_point suppressed_since{};
  };

  Kind& KindOf(std::string_view line, Clock::time_point now);

  Options options_;
  TokenBucket all_;
  std::map<std::string, Kind, std::less<>> kinds_;
  std::uint64_t suppressed_ = 0;
  std::uint64_t unreported_ = 0;
};

/// The line with its control characters escaped, and cut if it is long: what a terminal or a reader
/// of lines can take, whatever is in it.
[[nodiscard]] std::string PlainLine(std::string_view line);

}  // namespace pyrunner::telemetry

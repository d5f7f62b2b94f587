#include "telemetry/time_text.h"

#include <fmt/chrono.h>

namespace pyrunner::telemetry {

std::string TimeText(std::chrono::system_clock::time_point time) {
  using std::chrono::milliseconds;
  const auto since = std::chrono::floor<milliseconds>(time.time_since_epoch());
  const auto seconds = std::chrono::floor<std::chrono::seconds>(since);
  return fmt::format("{:%Y-%m-%dT%H:%M:%S}.{:03}Z", fmt::gmtime(seconds.count()),
                     (since - seconds).count());
}

}  // namespace pyrunner::telemetry

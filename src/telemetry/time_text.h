// Times as logs and records have them.
#pragma once

#include <chrono>
#include <string>

namespace pyrunner::telemetry {

/// RFC 3339, UTC, to the millisecond: 2026-01-02T03:04:05.678Z.
[[nodiscard]] std::string TimeText(std::chrono::system_clock::time_point time);

}  // namespace pyrunner::telemetry

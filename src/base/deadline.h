// Deadline: the moment by which something must be done, passed through all layers.
#pragma once

#include <chrono>

namespace pyrunner {

using SteadyClock = std::chrono::steady_clock;
using Deadline = SteadyClock::time_point;

}  // namespace pyrunner

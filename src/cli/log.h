// The service's log: lines on standard error, as text or JSON.
#pragma once

#include <spdlog/logger.h>

#include <memory>

#include "cli/settings.h"

namespace pyrunner::cli {

/// A logger of the asked level and format. Nothing that a user wrote may be passed to it.
[[nodiscard]] std::shared_ptr<spdlog::logger> MakeLogger(const Settings& settings);

}  // namespace pyrunner::cli

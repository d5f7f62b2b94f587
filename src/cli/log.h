// The service's log: lines on standard error, as text or JSON.
#pragma once

#include <spdlog/logger.h>

#include <cstdint>
#include <memory>

#include "cli/settings.h"
#include "http/server.h"

namespace pyrunner::cli {

/// A logger of the asked level and format. Nothing that a user wrote may be passed to it. Lines of
/// one kind, and all of them, are bounded in number (telemetry/line_limiter.h); how many were left
/// out is told. Used from one thread.
[[nodiscard]] std::shared_ptr<spdlog::logger> MakeLogger(const Settings& settings);

/// How many lines were left out so far.
[[nodiscard]] std::uint64_t SuppressedLines(const spdlog::logger& log);

/// One line of level debug for a request, in JSON with a field for each of its facts.
void LogAnswer(spdlog::logger& log, const http::AnsweredRequest& request);

}  // namespace pyrunner::cli

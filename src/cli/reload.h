// Reloader: the settings that change while the service runs.
#pragma once

#include <spdlog/logger.h>

#include <cstdint>
#include <functional>
#include <utility>

#include "base/result.h"
#include "cli/settings.h"

namespace pyrunner::cli {

/// Reads all settings again and takes over those that Setting::at_run_time has. Not thread-safe.
class Reloader {
 public:
  using Read = std::function<Result<Settings>()>;

  /// `as_read`: what `read` gave at the start, before anything was worked out from it.
  Reloader(Settings as_read, Read read)
      : as_read_(std::move(as_read)),
        read_(std::move(read)),
        most_running_(as_read_.engine.max_running) {}

  /// Changes `settings`, and logs what has changed and what waits for a restart. If what it reads
  /// is wrong, that is logged and nothing changes. Returns whether anything was taken over.
  bool Reload(Settings& settings, spdlog::logger& log);

 private:
  Settings as_read_;
  Read read_;
  std::uint32_t most_running_;  // for which there are slots
};

}  // namespace pyrunner::cli

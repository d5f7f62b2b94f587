// ServiceTelemetry: what an operator sees of a running service, put together.
#pragma once

#include <spdlog/logger.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string_view>

#include "api/sandbox_status.h"
#include "cli/settings.h"
#include "engine/engine.h"
#include "http/router.h"
#include "http/server.h"
#include "sandbox/assurance.h"
#include "telemetry/audit_log.h"
#include "telemetry/metrics.h"
#include "telemetry/recorded_runner.h"

namespace pyrunner::cli {

/// Metrics, audit log, and the lines about requests. Used from the gateway's thread; what it is
/// given references to outlives it, and it outlives the router's last request.
class ServiceTelemetry {
 public:
  explicit ServiceTelemetry(std::shared_ptr<spdlog::logger> log);

  /// Opens the audit log, if there shall be one, while the process still may; later it is
  /// `user`, if it is to change.
  [[nodiscard]] Status OpenAuditLog(const Settings& settings, std::optional<std::uint32_t> user);

  /// Opens the audit log again, if there is one, for the file may have been moved away. A failure
  /// is logged, and the old file stays in use.
  void ReopenAuditLog();

  /// `runner`, with all that is run through it recorded.
  [[nodiscard]] Runner& Record(Runner& runner, const EngineOptions& options);

  /// What the metrics tell of the running service.
  struct Watched {
    const Settings& settings;
    const Engine& engine;
    const http::Server& server;
    const sandbox::Assurance& assurance;
    const api::SelfTest& self_test;
  };
  /// GET /metrics.
  void Mount(http::Router& router, const Watched& watched);

 private:
  void LogAuditFailure(const Error& error);

  std::shared_ptr<spdlog::logger> log_;
  telemetry::Metrics metrics_;
  std::optional<telemetry::AuditLog> audit_;
  std::unique_ptr<telemetry::RecordedRunner> runner_;
};

}  // namespace pyrunner::cli

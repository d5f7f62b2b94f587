#include "cli/service_telemetry.h"

#include <utility>

#include "cli/log.h"
#include "cli/version.h"
#include "telemetry/metrics_route.h"
#include "telemetry/status_metrics.h"

namespace pyrunner::cli {

ServiceTelemetry::ServiceTelemetry(std::shared_ptr<spdlog::logger> log)
    : log_(std::move(log)), metrics_({"pyrunner", "code-executor", "nsjail", "cloudrun"}) {}

Status ServiceTelemetry::OpenAuditLog(const Settings& settings, std::optional<std::uint32_t> user) {
  if (settings.audit_log.empty()) return {};
  auto opened = telemetry::AuditLog::Open(settings.audit_log);
  if (!opened) return Failure("audit log: " + opened.error().message);
  audit_ = std::move(*opened);
  if (!user) return {};
  if (Status given = audit_->GiveTo(*user); !given) {
    log_->warn("audit log: {}; it will not be opened again at SIGHUP", given.error().message);
  }
  return {};
}

void ServiceTelemetry::ReopenAuditLog() {
  if (!audit_) return;
  if (Status done = audit_->Reopen(); !done) {
    log_->error("audit log: {}; the old file stays in use", done.error().message);
  } else {
    log_->info("audit log: opened again");
  }
}

void ServiceTelemetry::LogAuditFailure(const Error& error) {
  log_->error("audit log: {}; the program ran without its line", error.message);
}

Runner& ServiceTelemetry::Record(Runner& runner, const EngineOptions& options) {
  runner_ = std::make_unique<telemetry::RecordedRunner>(
      runner, metrics_,
      telemetry::RecordedRunner::Options{
          .granted_memory =
              [&options](std::uint64_t asked) { return GrantedMemory(options, asked); },
          .audit = audit_ ? &*audit_ : nullptr,
          .on_audit_failure = [this](const Error& error) { LogAuditFailure(error); }});
  return *runner_;
}

void ServiceTelemetry::Mount(http::Router& router, const Watched& watched) {
  metrics_.Add([this, watched](telemetry::Families& families) {
    telemetry::AppendEngine(families, watched.engine.status(), watched.settings.engine);
    telemetry::AppendServer(families, watched.server.stats(), watched.settings.server);
    telemetry::AppendIsolation(families, watched.assurance);
    telemetry::AppendGauge(families, "pyrunner_self_test_passed",
                           "Whether the self-test at the start passed",
                           watched.self_test.passed() ? 1 : 0);
    telemetry::AppendCounter(families, "pyrunner_log_lines_suppressed_total",
                             "Lines that were left out of the log, which says so",
                             static_cast<double>(SuppressedLines(*log_)));
    telemetry::AppendInfo(families, "pyrunner_build_info", "The version of the service", "version",
                          kVersion);
    telemetry::AppendProcess(families);
  });
  using Access = http::Router::Access;
  telemetry::AddMetricsRoute(router, metrics_,
                             watched.settings.open_metrics ? Access::kOpen : Access::kWithKey);
}

}  // namespace pyrunner::cli

// RecordedRunner: a runner whose programs are counted, and written to the audit log.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "engine/runner.h"
#include "telemetry/audit_log.h"
#include "telemetry/metrics.h"

namespace pyrunner::telemetry {

/// The outermost runner, so that it sees what others reject. It keeps nothing of a program but what
/// RunRecord has, and changes nothing. Used from the gateway's thread.
class RecordedRunner final : public Runner {
 public:
  struct Options {
    /// What is granted of the memory that a program asks for.
    std::function<std::uint64_t(std::uint64_t asked_bytes)> granted_memory;
    AuditLog* audit = nullptr;
    /// Told when a line could not be written to it. The program goes on.
    std::function<void(const Error& error)> on_audit_failure;
  };

  RecordedRunner(Runner& runner, Metrics& metrics, Options options)
      : runner_(runner), metrics_(metrics), options_(std::move(options)) {}

  boost::asio::awaitable<tl::expected<Outcome, Rejection>> Run(
      Program program, std::shared_ptr<Cancellation> cancellation) override;

 private:
  [[nodiscard]] RunRecord Record(const Program& program) const;
  void Write(const std::string& line);

  Runner& runner_;
  Metrics& metrics_;
  Options options_;
};

}  // namespace pyrunner::telemetry

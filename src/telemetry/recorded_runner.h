// RecordedRunner: a runner whose programs are counted, and written to the audit log.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>

#include "base/token_bucket.h"
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
  void WriteRejected(const RunRecord& record, const Rejection& rejection,
                     SteadyClock::time_point came);
  void Write(const std::string& line);

  /// To be rejected costs a client next to nothing, and must not fill a disk: of each cause there
  /// are so many lines at once, then so many in a second. Programs that run bound themselves.
  struct RejectedLines {
    TokenBucket allowed{20, 200, {}};
    std::uint64_t left_out = 0;
  };

  Runner& runner_;
  Metrics& metrics_;
  Options options_;
  std::map<Rejection::Cause, RejectedLines> rejected_;
};

}  // namespace pyrunner::telemetry

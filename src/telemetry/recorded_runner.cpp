#include "telemetry/recorded_runner.h"

#include <chrono>
#include <optional>
#include <utility>

#include "base/deadline.h"
#include "base/sha256.h"

namespace pyrunner::telemetry {

boost::asio::awaitable<tl::expected<Outcome, Rejection>> RecordedRunner::Run(
    Program program, std::shared_ptr<Cancellation> cancellation) {
  const std::string_view api = program.context.api;
  const auto start = SteadyClock::now();
  std::optional<RunRecord> record;
  if (options_.audit != nullptr) record = Record(program);
  auto run = runner_.Run(std::move(program), std::move(cancellation));
  auto outcome = co_await std::move(run);
  if (outcome) {
    metrics_.Ended(api, *outcome);
    if (record) Write(AuditLine(*record, *outcome));
  } else {
    metrics_.Rejected(outcome.error().cause);
    if (record) WriteRejected(*record, outcome.error(), start);
  }
  co_return outcome;
}

RunRecord RecordedRunner::Record(const Program& program) const {
  RunRecord record{.time = std::chrono::system_clock::now(),
                   .context = program.context,
                   .code_sha256 = Sha256(program.code),
                   .code_bytes = program.code.size(),
                   .policy = program.policy,
                   .limits = program.limits};
  if (options_.granted_memory) {
    record.limits.memory_bytes = options_.granted_memory(record.limits.memory_bytes);
  }
  return record;
}

void RecordedRunner::WriteRejected(const RunRecord& record, const Rejection& rejection,
                                   SteadyClock::time_point came) {
  RejectedLines& lines = rejected_[rejection.cause];
  const auto now = SteadyClock::now();
  if (!lines.allowed.Take(now)) {
    ++lines.left_out;
    return;
  }
  Write(AuditLine(record, rejection, now - came, std::exchange(lines.left_out, 0)));
}

void RecordedRunner::Write(const std::string& line) {
  const Status written = options_.audit->Write(line);
  if (written) return;
  metrics_.AuditFailed();
  if (options_.on_audit_failure) options_.on_audit_failure(written.error());
}

}  // namespace pyrunner::telemetry

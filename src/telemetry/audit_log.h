// AuditLog: who ran what, when, within which limits and how it ended: one line of JSON for each
// program, for those too that were not run. docs/monitoring.md has the fields.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/fd.h"
#include "base/result.h"
#include "engine/outcome.h"
#include "engine/program.h"
#include "engine/runner.h"

namespace pyrunner::telemetry {

/// What is known of a program before it runs, and after its Program has been moved away. Nothing of
/// it but its code's digest.
struct RunRecord {
  std::chrono::system_clock::time_point time;  // of its arrival
  RunContext context;
  std::string code_sha256;
  std::uint64_t code_bytes = 0;
  std::string policy;
  Limits limits;  // as granted
};

/// The line of a program that came to an end, with its line break.
[[nodiscard]] std::string AuditLine(const RunRecord& record, const Outcome& outcome);
/// The same of one that was not run, after that time, and how many lines like it were left out
/// before.
[[nodiscard]] std::string AuditLine(const RunRecord& record, const Rejection& rejection,
                                    std::chrono::nanoseconds waited, std::uint64_t left_out);

/// Appends lines to a file, or to another place that takes bytes. Each is one write(2), so lines of
/// several processes do not mix. Used from the gateway's thread, which a file's write keeps for
/// some microseconds; a pipe that nobody empties loses lines, and does not keep it.
class AuditLog {
 public:
  /// Opens, and makes it if need be, readable for its owner and group only. A path of "-" is
  /// standard error.
  [[nodiscard]] static Result<AuditLog> Open(const std::string& path);

  /// So that the file can be opened again by a process that has become this user. Does nothing to
  /// what is no ordinary file.
  [[nodiscard]] Status GiveTo(std::uint32_t uid) const;

  /// Opens what has the path now, after a rotation; on an error the old file stays in use. The
  /// folder is the one of Open(), whose parents need not be accessible any more. Where the process
  /// may not make files there, the new one must be there already (logrotate's `create`).
  [[nodiscard]] Status Reopen();

  /// The whole line, or an error: a line that was begun is ended before the next one.
  [[nodiscard]] Status Write(std::string_view line);

 private:
  AuditLog() = default;

  Fd folder_;  // none for standard error
  std::string name_;
  Fd file_;
  bool torn_ = false;  // the last line has no end
};

}  // namespace pyrunner::telemetry

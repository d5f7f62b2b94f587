#include "telemetry/audit_log.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmath>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>

#include "telemetry/names.h"
#include "telemetry/time_text.h"

namespace pyrunner::telemetry {
namespace {

using Json = nlohmann::ordered_json;

constexpr mode_t kMode = 0640;

/// Milliseconds, to the microsecond.
double Milliseconds(std::chrono::nanoseconds time) {
  constexpr double kThousand = 1000;
  return std::round(std::chrono::duration<double, std::micro>(time).count()) / kThousand;
}

Json Begin(const RunRecord& record) {
  const RunContext& context = record.context;
  return {
      {"time", TimeText(record.time)},
      {"id", ToHex(context.trace.span_id)},
      {"trace_id", ToHex(context.trace.trace_id)},
      {"api", context.api},
      {"key", context.caller ? Json(context.caller->name) : Json(nullptr)},
      {"client", context.client ? Json(*context.client) : Json(nullptr)},
      {"code_sha256", record.code_sha256},
      {"code_bytes", record.code_bytes},
      {"policy", record.policy},
      {"timeout_ms", record.limits.wall_time.count()},
      {"memory_limit_bytes", record.limits.memory_bytes},
  };
}

std::string End(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
}

/// Never waits: for a reader of a pipe, nor for room in one.
Result<Fd> OpenIn(int folder, const std::string& name) {
  Fd file(::openat(folder, name.c_str(),
                   O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY | O_NONBLOCK, kMode));
  // Where no file may be made, one may be there.
  if (!file && errno == EACCES) {
    file = Fd(::openat(folder, name.c_str(),
                       O_WRONLY | O_APPEND | O_CLOEXEC | O_NOCTTY | O_NONBLOCK));
  }
  if (!file) return SystemError("open", name);
  return file;
}

}  // namespace

std::string AuditLine(const RunRecord& record, const Outcome& outcome) {
  Json json = Begin(record);
  json["outcome"] = OutcomeName(outcome);
  if (outcome.ending == Ending::kExited) json["exit_code"] = outcome.exit_code;
  if (outcome.ending == Ending::kCrashed) json["signal"] = outcome.signal;
  if (outcome.refusal) json["cause"] = RefusalName(outcome.refusal->cause);
  json["queue_ms"] = Milliseconds(outcome.phases.queue);
  json["wall_ms"] = Milliseconds(outcome.wall_time);
  json["memory_peak_bytes"] = outcome.memory_peak ? Json(*outcome.memory_peak) : Json(nullptr);
  json["stdout_bytes"] = outcome.standard_output.total;
  json["stderr_bytes"] = outcome.standard_error.total;
  return End(json);
}

std::string AuditLine(const RunRecord& record, const Rejection& rejection,
                      std::chrono::nanoseconds waited) {
  Json json = Begin(record);
  json["outcome"] = "rejected";
  json["cause"] = RejectionName(rejection.cause);
  json["queue_ms"] = Milliseconds(waited);
  return End(json);
}

Result<AuditLog> AuditLog::Open(const std::string& path) {
  AuditLog log;
  if (path == "-") {
    log.file_ = Fd(::fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 0));
    if (!log.file_) return SystemError("duplicate", "standard error");
    return log;
  }
  const std::filesystem::path full(path);
  const std::string folder = full.has_parent_path() ? full.parent_path().string() : ".";
  log.name_ = full.filename().string();
  log.folder_ = Fd(::open(folder.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  if (!log.folder_) return SystemError("open", folder);
  auto file = OpenIn(log.folder_.get(), log.name_);
  if (!file) return SystemError("open", path, file.error().code);
  log.file_ = std::move(*file);
  return log;
}

Status AuditLog::GiveTo(std::uint32_t uid) const {
  struct stat info {};
  if (!folder_ || ::fstat(file_.get(), &info) != 0 || !S_ISREG(info.st_mode)) return {};
  if (info.st_uid == uid) return {};
  if (::fchown(file_.get(), uid, static_cast<gid_t>(-1)) != 0) return SystemError("chown", name_);
  return {};
}

Status AuditLog::Reopen() {
  if (!folder_) return {};
  auto file = OpenIn(folder_.get(), name_);
  if (!file) return tl::unexpected(file.error());
  file_ = std::move(*file);
  torn_ = false;
  return {};
}

Status AuditLog::Write(std::string_view line) {
  std::string ended;
  if (torn_) line = ended.append("\n").append(line);
  const ssize_t written = ::write(file_.get(), line.data(), line.size());
  if (written == static_cast<ssize_t>(line.size())) {
    torn_ = false;
    return {};
  }
  if (written < 0) return SystemError("write", name_);
  torn_ = torn_ || written > 0;
  return SystemError("write", name_, ENOSPC);
}

}  // namespace pyrunner::telemetry

#include "telemetry/audit_log.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <iterator>
#include <utility>

#include "telemetry/names.h"
#include "telemetry/time_text.h"

namespace pyrunner::telemetry {
namespace {

constexpr mode_t kMode = 0640;

/// One line, put together here: it is made for each program, and a tree of JSON values would take
/// ten times as long.
class Line {
 public:
  explicit Line(const RunRecord& record) {
    const RunContext& context = record.context;
    Text("time", TimeText(record.time));
    Text("id", ToHex(context.trace.span_id));
    Text("trace_id", ToHex(context.trace.trace_id));
    Text("api", context.api);
    Text("key", context.caller ? &context.caller->name : nullptr);
    Text("client", context.client.get());
    Text("code_sha256", record.code_sha256);
    Number("code_bytes", record.code_bytes);
    Text("policy", record.policy);
    Number("timeout_ms", record.limits.wall_time.count());
    Number("memory_limit_bytes", record.limits.memory_bytes);
  }

  void Text(std::string_view name, std::string_view value) {
    Name(name);
    line_ += '"';
    for (const char c : value) {
      const auto byte = static_cast<unsigned char>(c);
      constexpr unsigned char kDelete = 0x7f;
      // Names of keys and policies are the operator's: beyond ASCII they are left as they are.
      if (c == '"' || c == '\\') {
        line_.append({'\\', c});
      } else if (byte < ' ' || byte == kDelete) {
        fmt::format_to(std::back_inserter(line_), "\\u{:04x}", byte);
      } else {
        line_ += c;
      }
    }
    line_ += '"';
  }
  void Text(std::string_view name, const std::string* value) {
    if (value != nullptr) return Text(name, std::string_view(*value));
    Null(name);
  }
  void Null(std::string_view name) {
    Name(name);
    line_ += "null";
  }
  template <typename T>
  void Number(std::string_view name, T value) {
    Name(name);
    line_ += std::to_string(value);
  }
  /// In milliseconds, to the microsecond.
  void Time(std::string_view name, std::chrono::nanoseconds time) {
    Name(name);
    const auto micro =
        std::max<std::int64_t>(0, std::chrono::round<std::chrono::microseconds>(time).count());
    fmt::format_to(std::back_inserter(line_), "{}.{:03}", micro / 1000, micro % 1000);
  }
  [[nodiscard]] std::string End() && { return std::move(line_) + "}\n"; }

 private:
  void Name(std::string_view name) {
    line_.append(line_.empty() ? "{\"" : ",\"").append(name).append("\":");
  }

  std::string line_;
};

/// Never waits: for a reader of a pipe, nor for room in one.
Result<Fd> OpenIn(int folder, const std::string& name) {
  Fd file(::openat(folder, name.c_str(),
                   O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY | O_NONBLOCK, kMode));
  // Where no file may be made, one may be there.
  if (!file && errno == EACCES) {
    file =
        Fd(::openat(folder, name.c_str(), O_WRONLY | O_APPEND | O_CLOEXEC | O_NOCTTY | O_NONBLOCK));
  }
  if (!file) return SystemError("open", name);
  return file;
}

}  // namespace

std::string AuditLine(const RunRecord& record, const Outcome& outcome) {
  Line line(record);
  line.Text("outcome", OutcomeName(outcome));
  if (outcome.ending == Ending::kExited) line.Number("exit_code", outcome.exit_code);
  if (outcome.ending == Ending::kCrashed) line.Number("signal", outcome.signal);
  if (outcome.refusal) line.Text("cause", RefusalName(outcome.refusal->cause));
  line.Time("queue_ms", outcome.phases.queue);
  line.Time("wall_ms", outcome.wall_time);
  if (outcome.memory_peak) {
    line.Number("memory_peak_bytes", *outcome.memory_peak);
  } else {
    line.Null("memory_peak_bytes");
  }
  line.Number("stdout_bytes", outcome.standard_output.total);
  line.Number("stderr_bytes", outcome.standard_error.total);
  return std::move(line).End();
}

std::string AuditLine(const RunRecord& record, const Rejection& rejection,
                      std::chrono::nanoseconds waited, std::uint64_t left_out) {
  Line line(record);
  line.Text("outcome", "rejected");
  line.Text("cause", RejectionName(rejection.cause));
  line.Time("queue_ms", waited);
  if (left_out > 0) line.Number("left_out", left_out);
  return std::move(line).End();
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

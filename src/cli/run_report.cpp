#include "cli/run_report.h"

#include <fmt/core.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <nlohmann/json.hpp>

#include "api/json_text.h"
#include "api/responses.h"
#include "cli/exit_codes.h"

namespace pyrunner::cli {
namespace {

/// A stream as the APIs tell it: where it was cut, a line says so.
std::string Told(const CapturedStream& stream) {
  std::string json = "\"";
  api::AppendJsonStream(json, stream);
  return nlohmann::json::parse(json + "\"").get<std::string>();
}

bool IsColoured(Colour colour) {
  if (colour != Colour::kAuto) return colour == Colour::kAlways;
  const char* no_colour = std::getenv("NO_COLOR");
  return (no_colour == nullptr || *no_colour == '\0') && ::isatty(STDERR_FILENO) != 0;
}

}  // namespace

int ExitCodeOf(const Outcome& outcome) {
  switch (outcome.ending) {
    case Ending::kExited:
      return outcome.exit_code;
    case Ending::kRefused:
      return kFailure;
    case Ending::kTimedOut:
    case Ending::kCpuExceeded:
      return kTimedOut;
    case Ending::kCrashed:
      return 128 + outcome.signal;
    default:
      return kKilled;
  }
}

std::string Note(const Outcome& outcome, const Limits& limits) {
  switch (outcome.ending) {
    case Ending::kExited:
    case Ending::kCancelled:
      return {};
    case Ending::kRefused: {
      const Refusal& refusal = *outcome.refusal;
      return "line " + std::to_string(refusal.line) + ", column " + std::to_string(refusal.column) +
             ": " + refusal.reason;
    }
    case Ending::kTimedOut:
      return fmt::format("timed out after {} seconds",
                         std::chrono::duration<double>(limits.wall_time).count());
    default:
      return api::DescribeStop(outcome);
  }
}

std::string DescribeAsJson(const Outcome& outcome, const Limits& limits) {
  using nlohmann::ordered_json;
  const auto seconds = [](Phases::Duration duration) {
    return std::chrono::duration<double>(duration).count();
  };
  const Phases& phases = outcome.phases;
  ordered_json json = {
      {"ending", NameOf(outcome.ending)},
      {"exit_code", ExitCodeOf(outcome)},
      {"stdout", Told(outcome.standard_output)},
      {"stderr", Told(outcome.standard_error)},
      {"note", Note(outcome, limits)},
      {"error", nullptr},
      {"execution_time", seconds(outcome.wall_time)},
      {"memory_bytes", outcome.memory_peak.value_or(0)},
      {"phases",
       {{"queue", seconds(phases.queue)},
        {"fork", seconds(phases.fork)},
        {"isolate", seconds(phases.isolate)},
        {"compile", seconds(phases.compile)},
        {"run", seconds(phases.run)},
        {"collect", seconds(phases.collect)}}},
  };
  const auto& exception = outcome.exception;
  if (exception && exception->type != "SystemExit") {  // that is a way to end, not an error
    json["error"] = ordered_json{
        {"type", exception->type}, {"message", exception->text}, {"line", exception->line}};
  }
  if (outcome.refusal) {
    json["line"] = outcome.refusal->line;
    json["column"] = outcome.refusal->column;
  }
  return json.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

void PrintStreams(const Outcome& outcome, const Limits& limits, Colour colour) {
  const auto print = [](const CapturedStream& stream, std::FILE* file) {
    const std::string text = stream.truncated() ? Told(stream) : stream.bytes;
    (void)std::fwrite(text.data(), 1, text.size(), file);
    (void)std::fflush(file);
  };
  print(outcome.standard_output, stdout);
  print(outcome.standard_error, stderr);
  const std::string note = Note(outcome, limits);
  if (note.empty()) return;
  const bool coloured = IsColoured(colour);
  fmt::print(stderr, "{}pyrunner:{} {}\n", coloured ? "\x1b[1;31m" : "", coloured ? "\x1b[0m" : "",
             note);
}

}  // namespace pyrunner::cli

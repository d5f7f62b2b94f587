#include "api/pyrunner.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "api/json_text.h"
#include "api/pages.h"
#include "api/quota.h"
#include "api/responses.h"
#include "api/utf8.h"
#include "api/validation.h"

namespace pyrunner::api {
namespace {

constexpr std::int64_t kMinTimeout = 1;

std::optional<std::string> CheckCode(std::string_view code) {
  if (StripWhitespace(code).empty()) return "Code cannot be empty";
  if (CountCodePoints(code) > kMaxCodeCharacters) return "Code too large (max 1MB)";
  return std::nullopt;
}

/// How an Outcome is told in this API's terms.
struct Verdict {
  std::string_view status;
  std::string note;                  // a last line for stderr; empty: none
  std::optional<std::string> error;  // nullopt: null
};

Verdict JudgeExit(const Outcome& outcome) {
  if (outcome.exit_code == 0) return {"success", {}, std::nullopt};
  if (!outcome.exception || outcome.exception->type.empty()) {
    return {"error", {}, "Exited with code " + std::to_string(outcome.exit_code)};
  }
  const UncaughtException& exception = *outcome.exception;
  if (exception.line <= 0) return {"error", {}, exception.type};
  return {"error", {}, exception.type + " on line " + std::to_string(exception.line)};
}

Verdict Judge(const Outcome& outcome, const Limits& limits) {
  switch (outcome.ending) {
    case Ending::kRefused:
      return {"error", "Security validation failed: " + outcome.refusal->reason,
              outcome.refusal->reason};
    case Ending::kTimedOut: {
      const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(limits.wall_time);
      // Always the plural, as the original has it.
      return {"timeout",
              "Execution timed out after " + std::to_string(seconds.count()) + " seconds",
              std::nullopt};
    }
    case Ending::kMemoryExceeded:
      return {"memory_exceeded", DescribeStop(outcome), std::nullopt};
    case Ending::kCpuExceeded:
      return {"timeout", DescribeStop(outcome), std::nullopt};
    case Ending::kOutputExceeded:
    case Ending::kResultExceeded:
    case Ending::kViolation:
    case Ending::kCrashed:
      return {"error", DescribeStop(outcome), DescribeStop(outcome)};
    case Ending::kExited:
    case Ending::kCancelled:
      break;
  }
  return JudgeExit(outcome);
}

/// Milliseconds. A program that ran into its time limit took that limit, as the original says it;
/// what the kill itself took is in Server-Timing.
std::uint64_t ExecutionTime(const Outcome& outcome, const Limits& limits) {
  if (outcome.ending == Ending::kRefused) return 0;
  const std::chrono::nanoseconds time =
      outcome.ending == Ending::kTimedOut ? limits.wall_time : outcome.wall_time;
  return static_cast<std::uint64_t>(
      std::max<std::int64_t>(0, std::chrono::round<std::chrono::milliseconds>(time).count()));
}

void AppendMemoryUsed(std::string& body, const Outcome& outcome) {
  const std::uint64_t bytes = outcome.memory_peak.value_or(0);
  // Nothing runs in no memory: 0 is a measurement that failed, which the original also has null.
  if (outcome.ending == Ending::kRefused || bytes == 0) {
    body += "null";
    return;
  }
  const std::uint64_t hundredths = (bytes % kMiB * 100 + kMiB / 2) / kMiB;
  AppendJsonDecimal(body, bytes / kMiB * 100 + hundredths, 2);
}

void AppendStandardError(std::string& body, const CapturedStream& stream, std::string_view note) {
  AppendJsonStream(body, stream);
  if (note.empty()) return;
  if (!stream.bytes.empty() && stream.bytes.back() != '\n') AppendJsonText(body, "\n");
  AppendJsonText(body, note);
}

}  // namespace

tl::expected<RunRequest, http::Response> DecodeRun(std::string_view body,
                                                   std::string_view content_type,
                                                   const PyRunnerOptions& options) {
  auto object = ParseJsonObject(body, content_type);
  if (!object) return tl::unexpected(std::move(object.error()));

  const std::int64_t max_timeout = options.max_timeout.count();
  const auto min_memory = static_cast<std::int64_t>(options.min_memory_mb);
  const auto max_memory = static_cast<std::int64_t>(options.max_memory_mb);
  ValidationErrors errors;
  FieldReader fields(*object, errors);
  std::string* code = fields.RequiredString("code", CheckCode);
  // An operator who lowers a ceiling does not have to think of the default as well.
  const auto timeout = fields.OptionalInteger(
      "timeout", {kMinTimeout, max_timeout,
                  std::min<std::int64_t>(options.default_timeout.count(), max_timeout)});
  const auto memory = fields.OptionalInteger(
      "memory_limit", {min_memory, max_memory,
                       std::min(static_cast<std::int64_t>(options.default_memory_mb), max_memory)});
  if (code == nullptr || !timeout || !memory) return tl::unexpected(errors.ToResponse());

  Program program;
  program.code = std::move(*code);
  program.limits.wall_time = std::chrono::seconds(*timeout);
  program.limits.memory_bytes = static_cast<std::uint64_t>(*memory) * kMiB;
  program.policy = options.policy;
  RunRequest request;
  request.encode = [limits = program.limits](const Outcome& outcome) {
    return EncodeRun(outcome, limits);
  };
  request.program = std::move(program);
  return request;
}

http::Response EncodeRun(const Outcome& outcome, const Limits& limits) {
  const Verdict verdict = Judge(outcome, limits);
  // Nothing ran; whatever the streams hold is not the program's.
  const bool refused = outcome.ending == Ending::kRefused;
  static const CapturedStream kNothing;
  const CapturedStream& standard_output = refused ? kNothing : outcome.standard_output;
  const CapturedStream& standard_error = refused ? kNothing : outcome.standard_error;

  http::Response response;
  std::string& body = response.body;
  // Room for an escape every 16 bytes; text with more of them grows the string once.
  const std::size_t printed = standard_output.bytes.size() + standard_error.bytes.size();
  body.reserve(printed + printed / 16 + 512);
  body.append(R"({"status":")").append(verdict.status).append(R"(","stdout":")");
  AppendJsonStream(body, standard_output);
  body.append(R"(","stderr":")");
  AppendStandardError(body, standard_error, verdict.note);
  body.append(R"(","execution_time":)");
  AppendJsonDecimal(body, ExecutionTime(outcome, limits), 3);
  body.append(R"(,"memory_used":)");
  AppendMemoryUsed(body, outcome);
  body.append(R"(,"error":)");
  if (verdict.error) {
    AppendJsonString(body, *verdict.error);
  } else {
    body.append("null");
  }
  if (refused && outcome.refusal->line > 0) {
    body.append(R"(,"refusal":{"line":)").append(std::to_string(outcome.refusal->line));
    body.append(R"(,"column":)").append(std::to_string(outcome.refusal->column)).append("}");
  }
  body += '}';
  return response;
}

std::string DescribeService(const PyRunnerOptions& options) {
  std::string body = R"({"service":"PyRunner","status":"healthy","version":)";
  AppendJsonString(body, options.version);
  body.append(R"(,"capabilities":{"max_timeout":)")
      .append(std::to_string(options.max_timeout.count()))
      .append(R"(,"max_memory_mb":)")
      .append(std::to_string(options.max_memory_mb))
      .append(R"(,"libraries":["sympy","numpy","pandas","matplotlib","scipy","sklearn"]}})");
  return body;
}

void MountPyRunner(const ApiContext& context) {
  PyRunnerOptions options;
  options.policy = context.options.PolicyOr("scientific");
  options.max_memory_mb = context.options.MemoryMbUpTo(options.max_memory_mb);
  ApiFacts& facts = context.facts;
  facts.Set("version", options.version);
  facts.Set("pyrunner.policy", options.policy);
  facts.Set("pyrunner.min_timeout", kMinTimeout);
  const auto max_timeout = static_cast<std::uint64_t>(options.max_timeout.count());
  facts.Set("pyrunner.max_timeout", max_timeout);
  facts.Set("pyrunner.default_timeout",
            std::min<std::uint64_t>(options.default_timeout.count(), max_timeout));
  facts.Set("pyrunner.min_memory_mb", options.min_memory_mb);
  facts.Set("pyrunner.max_memory_mb", options.max_memory_mb);
  facts.Set("pyrunner.default_memory_mb",
            std::min(options.default_memory_mb, options.max_memory_mb));
  const http::Handler describe = AnswerWith(DescribeService(options));
  constexpr auto kOpen = http::Router::Access::kOpen;
  context.router.Add("GET", "/", PlaygroundOr(describe), kOpen);
  for (const char* path : {"/pyrunner", "/pyrunner/"}) {
    context.router.Add("GET", path, describe, kOpen);
  }
  const http::Handler run = MakeRunHandler(
      "pyrunner", options.policy, context.runner,
      [options](std::string_view body, std::string_view content_type, const Caller* caller) {
        if (caller == nullptr) return DecodeRun(body, content_type, options);
        PyRunnerOptions lowered = options;
        lowered.max_timeout = TimeoutFor(caller, options.max_timeout);
        lowered.max_memory_mb = MemoryMbFor(caller, options.max_memory_mb);
        lowered.min_memory_mb = std::min(options.min_memory_mb, lowered.max_memory_mb);
        return DecodeRun(body, content_type, lowered);
      },
      RejectionResponse);
  for (const char* path : {"/run", "/pyrunner/run"}) context.router.Add("POST", path, run);
}

}  // namespace pyrunner::api

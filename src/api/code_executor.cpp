#include "api/code_executor.h"

#include <algorithm>
#include <boost/uuid/random_generator.hpp>
#include <boost/uuid/uuid_io.hpp>
#include <csignal>
#include <cstdint>
#include <optional>
#include <utility>

#include "api/json_text.h"
#include "api/quota.h"
#include "api/responses.h"
#include "api/utf8.h"
#include "api/validation.h"

namespace pyrunner::api {
namespace {

constexpr std::int64_t kMinTimeout = 1;
constexpr std::int64_t kMinMemory = 16;
constexpr std::size_t kMaxIdCharacters = 256;

// As shells have them.
constexpr int kTimedOutExitCode = 124;
constexpr int kSignalExitCode = 128;

std::optional<std::string> CheckLength(std::string_view code) {
  if (CountCodePoints(code) > kMaxCodeCharacters) return "Code too large (max 1MB)";
  return std::nullopt;
}

std::optional<std::string> CheckIdLength(std::string_view id) {
  if (CountCodePoints(id) > kMaxIdCharacters) return "Longer than 256 characters";
  return std::nullopt;
}

std::string RandomId() {
  // Random bytes from the kernel, each time: nothing to seed, nothing to guess.
  boost::uuids::random_generator_pure generator;
  return boost::uuids::to_string(generator());
}

/// How an Outcome is told in this API's terms.
struct Verdict {
  std::string_view status = "completed";
  int exit_code = 0;
  std::string note;  // a last line for stderr; empty: none
};

Verdict Judge(const Outcome& outcome, const Limits& limits) {
  switch (outcome.ending) {
    case Ending::kExited:
      return {.exit_code = outcome.exit_code};
    case Ending::kCrashed:
      return {.exit_code = kSignalExitCode + outcome.signal, .note = DescribeStop(outcome)};
    case Ending::kTimedOut: {
      const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(limits.wall_time);
      return {"timeout", kTimedOutExitCode,
              "Execution timed out after " + std::to_string(seconds.count()) + " seconds"};
    }
    case Ending::kCpuExceeded:
      return {"timeout", kTimedOutExitCode, DescribeStop(outcome)};
    default:
      return {"error", kSignalExitCode + SIGKILL, DescribeStop(outcome)};
  }
}

void AddFacts(ApiFacts& facts, const ApiOptions& all, const CodeExecutorOptions& own) {
  facts.Set("code_executor.policy", all.PolicyOr("unsafe-calls"));
  std::string modules;
  for (const std::string& module : own.allowed_modules) {
    modules.append(modules.empty() ? "" : ", ").append(module);
  }
  facts.Set("code_executor.modules", modules.empty() ? "nothing" : modules);
  facts.Set("code_executor.max_id_characters", kMaxIdCharacters);
  facts.Set("code_executor.min_timeout", kMinTimeout);
  facts.Set("code_executor.max_timeout", static_cast<std::uint64_t>(own.max_timeout.count()));
  facts.Set("code_executor.default_timeout",
            static_cast<std::uint64_t>(own.default_timeout.count()));
  facts.Set("code_executor.min_memory_mb", kMinMemory);
  facts.Set("code_executor.max_memory_mb", own.max_memory_mb);
  facts.Set("code_executor.default_memory_mb", std::min(own.default_memory_mb, own.max_memory_mb));
  facts.Set("code_executor.output_bytes", own.output_bytes);
}

}  // namespace

Policy CodeExecutorPolicy(const Policy& base, const CodeExecutorOptions& options) {
  Policy policy = base;
  policy.name = kCodeExecutorPolicy;
  policy.allow_standard_library = true;
  policy.allowed_modules.insert(options.allowed_modules.begin(), options.allowed_modules.end());
  policy.allowed_modules.insert("__main__");  // the program itself
  policy.check_imports_at_run_time = true;
  policy.missing_module =
      "No module named '{}'\nEnsure required modules are installed and in ALLOWED_MODULES.";
  return policy;
}

tl::expected<RunRequest, http::Response> DecodeExecute(std::string_view body,
                                                       std::string_view content_type,
                                                       const CodeExecutorOptions& options) {
  auto object = ParseJsonObject(body, content_type);
  if (!object) return tl::unexpected(std::move(object.error()));
  ValidationErrors errors;
  FieldReader fields(*object, errors);
  std::string* code = fields.RequiredString("code", CheckLength);
  fields.RequiredLiteral("language", "python");
  auto id = fields.OptionalString("execution_id", CheckIdLength);
  const auto timeout = fields.OptionalInteger(
      "timeout", {kMinTimeout, options.max_timeout.count(),
                  std::min(options.default_timeout, options.max_timeout).count()});
  const auto max_memory = static_cast<std::int64_t>(options.max_memory_mb);
  const auto memory = fields.OptionalInteger(
      "max_memory_mb",
      {kMinMemory, max_memory,
       std::min(static_cast<std::int64_t>(options.default_memory_mb), max_memory)});
  if (!errors.empty()) return tl::unexpected(errors.ToResponse());

  RunRequest request;
  request.program.code = std::move(*code);
  request.program.policy = kCodeExecutorPolicy;
  request.program.limits = {.wall_time = std::chrono::seconds(*timeout),
                            .memory_bytes = static_cast<std::uint64_t>(*memory) * kMiB,
                            .output_bytes = options.output_bytes};
  if (id->empty()) *id = RandomId();
  request.encode = [limits = request.program.limits, id = std::move(*id)](Outcome outcome) {
    return EncodeExecute(std::move(outcome), limits, id);
  };
  return request;
}

http::Response EncodeExecute(Outcome outcome, const Limits& limits, std::string_view execution_id) {
  http::Response response;
  if (outcome.ending == Ending::kRefused) {
    response.status = 400;
    response.body = R"({"detail":"Unsafe code detected"})";
    return response;
  }
  const Verdict verdict = Judge(outcome, limits);
  CapturedStream& standard_error = outcome.standard_error;
  std::string& body = response.body;
  const std::size_t printed = outcome.standard_output.bytes.size() + standard_error.bytes.size();
  body.reserve(printed + printed / 16 + 512);
  AppendJsonString(body += R"({"execution_id":)", execution_id);
  body.append(R"(,"status":")").append(verdict.status).append(R"(","stdout":")");
  AppendJsonStream(body, outcome.standard_output);
  body.append(R"(","stderr":")");
  AppendJsonStream(body, standard_error);
  if (!verdict.note.empty()) {
    if (!standard_error.bytes.empty() && standard_error.bytes.back() != '\n') body += "\\n";
    AppendJsonText(body, verdict.note);
  }
  body.append(R"(","execution_time":)");
  const auto microseconds =
      std::chrono::round<std::chrono::microseconds>(outcome.wall_time).count();
  AppendJsonDecimal(body, static_cast<std::uint64_t>(std::max<std::int64_t>(0, microseconds)), 6);
  body.append(R"(,"exit_code":)").append(std::to_string(verdict.exit_code)).append("}");
  return response;
}

void MountCodeExecutor(const ApiContext& context) {
  CodeExecutorOptions options = context.options.code_executor;
  options.max_memory_mb = context.options.MemoryMbUpTo(options.max_memory_mb);
  AddFacts(context.facts, context.options, options);
  http::Handler handler = MakeRunHandler(
      "code-executor", context.options.PolicyOr("unsafe-calls"), context.runner,
      [options](std::string_view body, std::string_view content_type, const Caller* caller) {
        if (caller == nullptr) return DecodeExecute(body, content_type, options);
        CodeExecutorOptions lowered = options;
        lowered.max_timeout = TimeoutFor(caller, options.max_timeout);
        lowered.max_memory_mb = MemoryMbFor(caller, options.max_memory_mb);
        return DecodeExecute(body, content_type, lowered);
      },
      RejectionResponse);
  context.router.Add("POST", "/code-executor/execute", handler);
  const auto has = [](const auto& keys, std::string_view key) {
    return std::find(keys.begin(), keys.end(), key) != keys.end();
  };
  context.execute.Add(
      [has](const auto& keys) {
        // Without code it may still be this API's, and should hear what is missing.
        return has(keys, "code") || (!has(keys, "script") && has(keys, "language"));
      },
      std::move(handler));
}

}  // namespace pyrunner::api

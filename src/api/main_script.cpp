#include "api/main_script.h"

#include <memory>
#include <nlohmann/json.hpp>
#include <utility>

#include "api/json_input.h"
#include "api/json_text.h"
#include "api/quota.h"
#include "api/responses.h"
#include "api/utf8.h"
#include "api/validation.h"

namespace pyrunner::api {
namespace {

std::string Fill(std::string wording, std::string_view particulars) {
  if (const std::size_t at = wording.find("{}"); at != std::string::npos) {
    wording.replace(at, 2, particulars);
  }
  return wording;
}

http::Response ErrorResponse(int status, std::string_view error,
                             const CapturedStream& standard_output = {}) {
  http::Response response;
  response.status = status;
  AppendJsonString(response.body = R"({"error":)", error);
  response.body += R"(,"stdout":")";
  AppendJsonStream(response.body, standard_output);
  response.body += R"("})";
  return response;
}

http::Response BadRequest(std::string_view error) { return ErrorResponse(400, error); }

/// "reason (line 3, column 5)"
std::string WithPlace(const Refusal& refusal) {
  if (refusal.line <= 0) return refusal.reason;
  std::string text = refusal.reason + " (line " + std::to_string(refusal.line);
  if (refusal.column > 0) text += ", column " + std::to_string(refusal.column);
  return text + ")";
}

std::string DescribeRefusal(const Refusal& refusal, const MainScriptWordings& wordings) {
  switch (refusal.cause) {
    case Refusal::Cause::kNoMain:
      return wordings.no_main;
    case Refusal::Cause::kSyntax:
      return Fill(wordings.syntax_error, WithPlace(refusal));
    case Refusal::Cause::kPolicy:
      break;
  }
  return Fill(wordings.refused, WithPlace(refusal));
}

/// Why there is no result; empty: there is one.
std::string DescribeFailure(const Outcome& outcome, const Limits& limits,
                            const MainScriptWordings& wordings) {
  switch (outcome.ending) {
    case Ending::kTimedOut: {
      const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(limits.wall_time);
      return Fill(wordings.timed_out, std::to_string(seconds.count()));
    }
    case Ending::kMemoryExceeded:
      return Fill(wordings.memory_exceeded, std::to_string(limits.memory_bytes / kMiB));
    case Ending::kExited:
      break;
    default:
      return Fill(wordings.stopped, DescribeStop(outcome));
  }
  if (outcome.exception) {
    const UncaughtException& exception = *outcome.exception;
    const std::string& text = exception.text.empty() ? exception.type : exception.text;
    return exception.in_result ? Fill(wordings.not_serializable, text) : text;
  }
  if (outcome.result) return {};
  return Fill(wordings.stopped, "it exited with code " + std::to_string(outcome.exit_code) +
                                    " before it had finished");
}

void DropLastNewline(CapturedStream& stream) {
  if (stream.bytes.empty() || stream.bytes.back() != '\n') return;
  stream.bytes.pop_back();
  --stream.total;
}

}  // namespace

tl::expected<RunRequest, http::Response> DecodeMainScript(std::string_view body,
                                                          std::string_view content_type,
                                                          const MainScriptOptions& options,
                                                          const Caller* caller) {
  constexpr const char* kNoScript = "Request must contain 'script' field";
  if (body.empty()) return tl::unexpected(BadRequest(kNoScript));
  if (!IsJsonContentType(content_type)) {
    return tl::unexpected(BadRequest("Content-Type must be application/json"));
  }
  auto json = ParseJson(body);
  if (!json) return tl::unexpected(BadRequest("Request is not valid JSON: " + json.error().reason));
  const auto script = json->is_object() ? json->find("script") : json->end();
  if (!json->is_object() || script == json->end() || script->is_null()) {
    return tl::unexpected(BadRequest(kNoScript));
  }
  if (!script->is_string()) return tl::unexpected(BadRequest("'script' must be a string"));
  auto& code = script->get_ref<std::string&>();
  if (CountCodePoints(code) > kMaxCodeCharacters) {
    return tl::unexpected(BadRequest("'script' is too large (max 1MB)"));
  }
  RunRequest request;
  request.program.code = std::move(code);
  Limits& limits = request.program.limits;
  limits = options.limits;
  limits.wall_time =
      TimeoutFor(caller, std::chrono::duration_cast<std::chrono::seconds>(limits.wall_time));
  limits.memory_bytes = MemoryMbFor(caller, limits.memory_bytes / kMiB) * kMiB;
  request.program.policy = options.policy;
  request.program.call_main = true;
  request.encode = [limits, &wordings = options.wordings](Outcome outcome) {
    return EncodeMainScript(std::move(outcome), limits, wordings);
  };
  return request;
}

http::Response EncodeMainScript(Outcome outcome, const Limits& limits,
                                const MainScriptWordings& wordings) {
  if (outcome.ending == Ending::kRefused) {
    return BadRequest(DescribeRefusal(*outcome.refusal, wordings));
  }
  DropLastNewline(outcome.standard_output);
  if (const std::string failure = DescribeFailure(outcome, limits, wordings); !failure.empty()) {
    return ErrorResponse(200, failure, outcome.standard_output);
  }
  http::Response response;
  std::string& body = response.body;
  const std::size_t printed = outcome.standard_output.bytes.size();
  body.reserve(outcome.result->size() + printed + printed / 16 + 64);
  body.append(R"({"result":)").append(*outcome.result).append(R"(,"stdout":")");
  AppendJsonStream(body, outcome.standard_output);
  body.append(R"("})");
  return response;
}

http::Handler MountMainScript(http::Router& router, Runner& runner, std::string_view api,
                              MainScriptOptions options) {
  const auto shared = std::make_shared<const MainScriptOptions>(std::move(options));
  http::Handler handler = MakeRunHandler(
      api, shared->policy, runner,
      [shared](std::string_view body, std::string_view content_type, const Caller* caller) {
        return DecodeMainScript(body, content_type, *shared, caller);
      },
      [](const Rejection& rejection) {
        http::Response response = RejectionResponse(rejection);
        response.body = ErrorResponse(0, DescribeRejection(rejection)).body;
        return response;
      });
  router.Add("POST", "/" + std::string(api) + "/execute", handler);
  return handler;
}

}  // namespace pyrunner::api

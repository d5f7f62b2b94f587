// The code executor API: POST /code-executor/execute, and the bare /execute for bodies with `code`.
#pragma once

#include <string>
#include <string_view>
#include <tl/expected.hpp>

#include "api/apis.h"
#include "api/run_handler.h"
#include "policy/policy.h"

namespace pyrunner::api {

/// The name by which the engine must know CodeExecutorPolicy().
inline constexpr const char* kCodeExecutorPolicy = "code-executor";

/// `base` with the API's own rule: modules of the standard library and `allowed_modules` can be
/// imported, and all others are missing.
[[nodiscard]] Policy CodeExecutorPolicy(const Policy& base, const CodeExecutorOptions& options);

/// POST execute's request; the error is the response to send, of status 422.
[[nodiscard]] tl::expected<RunRequest, http::Response> DecodeExecute(
    std::string_view body, std::string_view content_type, const CodeExecutorOptions& options);

/// POST execute's response.
[[nodiscard]] http::Response EncodeExecute(Outcome outcome, const Limits& limits,
                                           std::string_view execution_id);

void MountCodeExecutor(const ApiContext& context);

}  // namespace pyrunner::api

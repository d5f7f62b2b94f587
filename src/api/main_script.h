// What the two APIs that call main() have in common: everything but their wordings and limits.
#pragma once

#include <string>
#include <string_view>
#include <tl/expected.hpp>

#include "api/run_handler.h"

namespace pyrunner::api {

/// How one of the two says things. `{}` in a wording stands for the particulars.
struct MainScriptWordings {
  std::string no_main;
  std::string syntax_error;      // {}: what Python says, and where
  std::string refused;           // {}: the policy's reason, and where
  std::string timed_out;         // {}: the seconds
  std::string memory_exceeded;   // {}: the megabytes
  std::string stopped;           // {}: for what else
  std::string not_serializable;  // {}: what Python says
};

struct MainScriptOptions {
  std::string policy;
  Limits limits;
  MainScriptWordings wordings;
};

/// The body {"script": "..."}; the error is of status 400. The program gets the options' limits,
/// lowered to the caller's ceilings. What is returned refers to `options`.
[[nodiscard]] tl::expected<RunRequest, http::Response> DecodeMainScript(
    std::string_view body, std::string_view content_type, const MainScriptOptions& options,
    const Caller* caller = nullptr);

/// {"result": ..., "stdout": "..."} or {"error": "...", "stdout": "..."}; 400 when nothing was run.
/// `limits` are those that the program ran under.
[[nodiscard]] http::Response EncodeMainScript(Outcome outcome, const Limits& limits,
                                              const MainScriptWordings& wordings);

/// Mounts POST /<api>/execute and returns its handler.
http::Handler MountMainScript(http::Router& router, Runner& runner, std::string_view api,
                              MainScriptOptions options);

}  // namespace pyrunner::api

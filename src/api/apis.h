// All APIs, mounted together.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "api/execute_route.h"
#include "api/openapi.h"
#include "api/status_routes.h"
#include "engine/runner.h"
#include "http/router.h"

namespace pyrunner::api {

/// What an operator may set about the code executor, the one API that has settings of its own.
struct CodeExecutorOptions {
  std::chrono::seconds default_timeout{300};  // never above the maximum
  std::chrono::seconds max_timeout{600};      // that a request may ask for
  std::uint64_t default_memory_mb = 4096;
  std::uint64_t max_memory_mb = 8192;  // that a request may ask for; the default is never above it
  std::uint64_t output_bytes = 10'485'760;  // kept of each stream
  std::vector<std::string> allowed_modules = {"numpy", "pandas", "matplotlib", "scipy", "sklearn"};
};

struct ApiOptions {
  std::string policy;                   // of all APIs; empty: each has its own
  std::string script_api = "cloudrun";  // whose POST /execute with a script is: or "nsjail"
  CodeExecutorOptions code_executor;
  std::uint64_t max_body_bytes = 0;  // of a request, as the server has it; for the description
  std::uint64_t most_memory_mb = 0;  // that the service ever grants one program; 0: no bound

  [[nodiscard]] std::string PolicyOr(const char* own) const {
    return policy.empty() ? own : policy;
  }

  /// An API's ceiling or fixed limit, lowered to what the service grants.
  [[nodiscard]] std::uint64_t MemoryMbUpTo(std::uint64_t own) const {
    return most_memory_mb == 0 ? own : std::min(own, most_memory_mb);
  }
};

/// What an API is mounted with. The references outlive the router.
struct ApiContext {
  http::Router& router;
  Runner& runner;
  ExecuteRoute& execute;  // the bare POST /execute, which several APIs share
  const ApiOptions& options;
  ApiFacts& facts;  // what it adds for /openapi.json
};

/// Adds the routes of all APIs, and those that tell of the service itself. The runner must outlive
/// the router and every request in flight. All handlers run on the thread that serves the router
/// and never throw what a program or a request caused.
void MountApis(http::Router& router, Runner& runner, const ApiOptions& options,
               const StatusReports& reports = {});

}  // namespace pyrunner::api

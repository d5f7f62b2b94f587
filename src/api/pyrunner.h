// The PyRunner API: GET / and POST /run, bare and under /pyrunner.
//
// The translations are thread-safe: no state. Nothing here throws, except when memory runs out.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <tl/expected.hpp>

#include "api/apis.h"
#include "api/run_handler.h"
#include "engine/outcome.h"

namespace pyrunner::api {

struct PyRunnerOptions {
  std::string policy = "scientific";  // for every program of this API
  std::string version = "1.0.0";      // of the API, as GET / tells it
  std::chrono::seconds default_timeout{30};
  std::chrono::seconds max_timeout{300};  // the minimum is 1 second
  std::uint64_t default_memory_mb = 512;
  std::uint64_t min_memory_mb = 64;
  std::uint64_t max_memory_mb = 2048;
};

/// POST /run's request. The error is the response to send, of status 422.
[[nodiscard]] tl::expected<RunRequest, http::Response> DecodeRun(std::string_view body,
                                                                 std::string_view content_type,
                                                                 const PyRunnerOptions& options);

/// POST /run's response. `limits` are those that the program ran under.
[[nodiscard]] http::Response EncodeRun(const Outcome& outcome, const Limits& limits);

/// The body of GET /.
[[nodiscard]] std::string DescribeService(const PyRunnerOptions& options);

void MountPyRunner(const ApiContext& context);

}  // namespace pyrunner::api

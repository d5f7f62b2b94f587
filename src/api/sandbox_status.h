// What is in force around every program, and since when: GET /v1/sandbox, the verbose health
// report, and the doctor's JSON.
#pragma once

#include <nlohmann/json.hpp>

#include "engine/engine_options.h"
#include "engine/engine_status.h"
#include "sandbox/assurance.h"

namespace pyrunner::api {

/// One forbidden act that the self-test tried from inside a sandbox.
struct SelfTestAct {
  std::string property;
  std::string act;
  bool refused = false;
  std::string answer;
};

struct SelfTest {
  std::string at;       // ISO 8601, UTC; empty: it has not run yet
  std::string failure;  // why it could not run whole
  std::vector<SelfTestAct> acts;

  [[nodiscard]] bool passed() const;
};

/// "passed", "failed" or "pending".
[[nodiscard]] std::string_view ResultOf(const SelfTest& self_test);

/// From the lines that runtime/self_test.py prints. Acts of properties that are missing do not
/// count.
[[nodiscard]] SelfTest ReadSelfTest(std::string_view output, const sandbox::Assurance& assurance);

/// All that GET /v1/sandbox tells.
[[nodiscard]] nlohmann::ordered_json SandboxStatus(const sandbox::Assurance& assurance,
                                                   const EngineOptions& options,
                                                   const EngineStatus& engine,
                                                   const SelfTest& self_test);

/// All that GET /health?verbose=1 tells.
[[nodiscard]] nlohmann::ordered_json HealthStatus(const sandbox::Assurance& assurance,
                                                  const EngineStatus& engine,
                                                  const SelfTest& self_test);

}  // namespace pyrunner::api

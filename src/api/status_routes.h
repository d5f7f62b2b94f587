// What the service tells of itself: GET /health, for every API, and GET /v1/sandbox.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "http/router.h"

namespace pyrunner::api {

struct HealthReport {
  std::string json;
  bool healthy = true;
};

/// Asked at each request, on the thread that serves the router. One that is empty has no route.
struct StatusReports {
  std::function<std::string()> sandbox;
  std::function<HealthReport()> health;
};

/// GET <prefix>/health: {"status":"healthy"}; with verbose=1 the health report, 503 when not all is
/// well.
void AddHealth(http::Router& router, std::string_view prefix, const StatusReports& reports);

/// GET /v1/sandbox.
void AddSandboxStatus(http::Router& router, const StatusReports& reports);

}  // namespace pyrunner::api

// GET /metrics.
#pragma once

#include "http/router.h"
#include "telemetry/metrics.h"

namespace pyrunner::telemetry {

/// The metrics outlive the router.
void AddMetricsRoute(http::Router& router, const Metrics& metrics, http::Router::Access access);

}  // namespace pyrunner::telemetry

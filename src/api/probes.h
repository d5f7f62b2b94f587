// What a platform asks to know whether to restart the service, and whether to send it requests:
// GET /livez, GET /readyz.
#pragma once

#include <functional>
#include <string_view>

#include "http/router.h"

namespace pyrunner::api {

/// Why no program would be run now, as a literal in snake case; empty: one would.
using ReadinessCheck = std::function<std::string_view()>;

/// GET /livez: 200 for as long as requests are answered at all. GET /readyz: 200, or 503 with the
/// reason. Both open to everybody; they tell nothing but that.
void AddProbes(http::Router& router, ReadinessCheck not_ready_because);

}  // namespace pyrunner::api

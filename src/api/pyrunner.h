// The PyRunner API: GET /, POST /run and GET /health, bare and under /pyrunner.
#pragma once

#include "api/pyrunner_codec.h"
#include "engine/runner.h"

namespace pyrunner::http {
class Router;
}

namespace pyrunner::api {

/// Adds the API's routes. The runner must outlive the router and every request in flight. All
/// handlers run on the thread that serves the router and never throw what a program or a request
/// caused.
void MountPyRunner(http::Router& router, Runner& runner, PyRunnerOptions options);

}  // namespace pyrunner::api

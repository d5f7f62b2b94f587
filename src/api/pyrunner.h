// The PyRunner API: GET /, POST /run and GET /health, bare and under /pyrunner.
#pragma once

#include "api/apis.h"

namespace pyrunner::api {

void MountPyRunner(const ApiContext& context);

}  // namespace pyrunner::api

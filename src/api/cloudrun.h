// The cloudrun main-script API: POST and GET below /cloudrun, bare with --script-api cloudrun, the
// default.
#pragma once

#include "api/apis.h"

namespace pyrunner::api {

void MountCloudRun(const ApiContext& context);

}  // namespace pyrunner::api

// The nsjail main-script API: POST and GET below /nsjail, bare with --script-api nsjail.
#pragma once

#include "api/apis.h"

namespace pyrunner::api {

void MountNsjail(const ApiContext& context);

}  // namespace pyrunner::api

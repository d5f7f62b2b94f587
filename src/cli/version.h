// The version of the service.
#pragma once

namespace pyrunner::cli {

inline constexpr const char* kVersion = "1.0.0";

}  // namespace pyrunner::cli

// The version of the service. CMakeLists.txt reads it here, for the packages.
#pragma once

namespace pyrunner::cli {

inline constexpr const char* kVersion = "1.0.0";
inline constexpr const char* kVersionDate = "2026-11-21";  // on the manual page

}  // namespace pyrunner::cli

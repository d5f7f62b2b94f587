// What the sandboxes of this place promise, as text for people.
#pragma once

#include <string>
#include <vector>

#include "api/sandbox_status.h"
#include "engine/engine_options.h"
#include "engine/engine_status.h"
#include "sandbox/assurance.h"

namespace pyrunner::cli {

/// A few lines for the start of the log: the level, what holds only partly and by what, what is
/// missing and was waived, and which layers cannot be had, and why.
[[nodiscard]] std::vector<std::string> DescribeForLog(const sandbox::Assurance& assurance);

/// The doctor's whole report.
[[nodiscard]] std::string DescribeForPeople(const sandbox::Assurance& assurance,
                                            const EngineOptions& options,
                                            const EngineStatus& engine,
                                            const api::SelfTest& self_test);

}  // namespace pyrunner::cli

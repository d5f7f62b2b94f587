// The operator's own policies, as tables [policies.NAME] of the configuration file.
#pragma once

#include <toml++/toml.h>

#include <vector>

#include "base/result.h"
#include "policy/policy.h"

namespace pyrunner::cli {

/// Reads the table of all policies. Each starts from the built-in one that it `extends` ("open" by
/// default); allow_* and refuse_* add to it or take from it. An error is one line that names the
/// policy and the key.
[[nodiscard]] Result<std::vector<Policy>> ReadPolicies(const toml::table& tables);

}  // namespace pyrunner::cli

// The operator's own policies, as tables [policies.NAME] of the configuration file.
#pragma once

#include <toml++/toml.h>

#include <string_view>
#include <vector>

#include "base/result.h"
#include "policy/policy.h"

namespace pyrunner::cli {

/// A key of a policy's table, for those who write one.
struct PolicyKey {
  std::string_view name;
  std::string_view description;
  std::string_view example;  // its value, or the table that it is with a line of it
};
[[nodiscard]] const std::vector<PolicyKey>& PolicyKeys();

/// Reads the table of all policies. Each starts from the built-in one that it `extends` ("open" by
/// default); allow_* and refuse_* add to it or take from it. An error is one line that names the
/// policy and the key.
[[nodiscard]] Result<std::vector<Policy>> ReadPolicies(const toml::table& tables);

}  // namespace pyrunner::cli

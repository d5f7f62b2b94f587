// The example of a configuration file, made of the tables of settings and of policies' keys.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "cli/settings.h"

namespace pyrunner::cli {

/// Settings that are told together, in the order in which they are told.
struct SettingsTopic {
  std::string_view title;
  std::vector<std::string_view> names;
};
[[nodiscard]] const std::vector<SettingsTopic>& SettingsTopics();

/// A setting's value as the file has it: a number, true, "text" or ["a", "b"].
[[nodiscard]] std::string TomlValue(const Setting& setting, const std::string& value);

/// A file with every setting and every key of a policy, all of them commented out: a line that
/// starts with # and a letter is a setting, one that starts with "# " says what it means.
[[nodiscard]] std::string ConfigExample();

}  // namespace pyrunner::cli

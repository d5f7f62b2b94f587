// Reading the settings: flags before environment before file before defaults.
#pragma once

#include <optional>
#include <string>

#include "base/result.h"
#include "cli/arguments.h"
#include "cli/settings.h"

namespace pyrunner::cli {

/// What the command line asks for: settings, or a text to print (help) instead.
struct ServeCommand {
  Settings settings;
  std::optional<std::string> help;
};

/// Reads the environment and the file, PYRUNNER_CONFIG's if `file` is empty. A variable that looks
/// like one of ours and is none is a warning among the settings: platforms add such variables.
[[nodiscard]] Result<Settings> ReadSettings(std::string file);

/// Whether there is the policy of all APIs, which the file may define that was read before or
/// after the flag that names it.
[[nodiscard]] Status CheckPolicyName(const Settings& settings);

/// That there is no policy of this name; which one may be meant, or which there are.
[[nodiscard]] std::string DescribeUnknownPolicy(const Settings& settings, const std::string& name);

[[nodiscard]] CommandManual ManualOfServe();

/// Reads the arguments that follow `pyrunner serve`, the environment and the file of --config. An
/// error is one line that names the setting and says what is wrong with it.
[[nodiscard]] Result<ServeCommand> ReadServeCommand(int argc, const char* const* argv);

}  // namespace pyrunner::cli

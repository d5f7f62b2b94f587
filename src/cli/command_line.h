// Reading the settings: flags before environment before file before defaults.
#pragma once

#include <optional>
#include <string>

#include "base/result.h"
#include "cli/settings.h"

namespace pyrunner::cli {

/// What the command line asks for: settings, or a text to print (help) instead.
struct ServeCommand {
  Settings settings;
  std::optional<std::string> help;
};

/// Reads the environment and the file, PYRUNNER_CONFIG's if `file` is empty.
[[nodiscard]] Result<Settings> ReadSettings(std::string file);

/// Reads the arguments that follow `pyrunner serve`, the environment and the file of --config. An
/// error is one line that names the setting and says what is wrong with it.
[[nodiscard]] Result<ServeCommand> ReadServeCommand(int argc, const char* const* argv);

}  // namespace pyrunner::cli

// Flags and arguments of a sub-command: reading them, and telling what there is to read.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/result.h"

namespace CLI {
class App;
}

namespace pyrunner::cli {

/// One flag, or one argument without a flag, as help, completion and manual page tell it.
struct FlagManual {
  std::vector<std::string> names;  // "-c", "--policy"; of an argument its name in capitals
  std::string description;
  std::string default_value;         // empty: none, or none worth telling
  std::string value;                 // what it takes: "FILE", "TEXT"; empty: it is a mere flag
  std::vector<std::string> choices;  // what its value may be, or often is
  bool value_is_optional = false;
};

/// What help, completion and manual page tell of a sub-command.
struct CommandManual {
  std::string description;
  std::string footer;
  std::vector<FlagManual> arguments;
  std::vector<FlagManual> flags;

  /// The flag with this name, which must exist.
  [[nodiscard]] FlagManual& Flag(const std::string& name);
};

/// Reads the arguments, argv[0] being the sub-command, into the app's options. Returns the text to
/// print instead if help was asked for. An error is one line and says what to do; for a flag that
/// does not exist, which one may have been meant. The app's name is that of the sub-command.
[[nodiscard]] Result<std::optional<std::string>> ParseArguments(CLI::App& app, int argc,
                                                                const char* const* argv);

/// The manual of an app's options. A default is that of the option or its type in brackets, as the
/// settings have it.
[[nodiscard]] CommandManual ManualOf(const CLI::App& app);

}  // namespace pyrunner::cli

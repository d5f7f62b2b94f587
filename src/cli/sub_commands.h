// The sub-commands of pyrunner, in one table: what runs them, and what tells of them.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "cli/arguments.h"

namespace pyrunner::cli {

/// One row. Usage, shell completion and the manual page are made of them.
struct SubCommand {
  std::string_view name;       // one word, or two: "config check"
  std::string_view arguments;  // for the line of usage: "FILE [flags]"
  std::string_view summary;
  /// Gets the arguments from the name's last word on; returns the exit code.
  int (*run)(int argc, const char* const* argv);
  CommandManual (*manual)();
  bool hidden = false;  // not in usage and completion
};

[[nodiscard]] const std::vector<SubCommand>& AllSubCommands();

/// What `pyrunner help` prints.
[[nodiscard]] std::string Usage();

/// Runs the sub-command that the arguments name; returns the exit code.
[[nodiscard]] int RunSubCommand(int argc, const char* const* argv);

}  // namespace pyrunner::cli

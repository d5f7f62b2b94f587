// `pyrunner completion`: scripts for shells, made of the table of sub-commands.
#pragma once

#include <string>
#include <vector>

#include "cli/arguments.h"
#include "cli/sub_commands.h"

namespace pyrunner::cli {

/// Scripts that complete sub-commands, flags and, where they are known or files, values.
[[nodiscard]] std::string BashCompletion(const std::vector<SubCommand>& commands);
[[nodiscard]] std::string ZshCompletion(const std::vector<SubCommand>& commands);
[[nodiscard]] std::string FishCompletion(const std::vector<SubCommand>& commands);

/// Prints the script of the shell that is named. Returns 0, or 64 for a wrong command line.
int PrintCompletion(int argc, const char* const* argv);
CommandManual ManualOfCompletion();

}  // namespace pyrunner::cli

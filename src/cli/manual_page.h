// `pyrunner man`: the manual page, made of the table of sub-commands.
#pragma once

#include <string>
#include <vector>

#include "cli/arguments.h"
#include "cli/sub_commands.h"

namespace pyrunner::cli {

/// pyrunner(1), in the macros of man(7).
[[nodiscard]] std::string ManualPage(const std::vector<SubCommand>& commands);

/// Prints it. Returns 0, or 64 for a wrong command line.
int PrintManualPage(int argc, const char* const* argv);
CommandManual ManualOfManualPage();

}  // namespace pyrunner::cli

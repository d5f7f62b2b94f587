// `pyrunner run`: one program, in the same sandbox as the service's, without the service.
#pragma once

#include "cli/arguments.h"

namespace pyrunner::cli {

/// Returns the process's exit code: the program's own; 124 when it ran out of time; 137 when it ran
/// out of memory or was stopped for another cause; 1 when its policy refused it; 64 for a wrong
/// command line; 69 and 78 when no sandbox can be had. `argv` starts with the sub-command.
int RunFile(int argc, const char* const* argv);
CommandManual ManualOfRun();

}  // namespace pyrunner::cli

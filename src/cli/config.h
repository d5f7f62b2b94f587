// `pyrunner config`: an example of the file, and a look at one before the service starts with it.
#pragma once

#include "cli/arguments.h"

namespace pyrunner::cli {

/// Prints the example. Returns 0, or 64 for a wrong command line.
int PrintConfigExample(int argc, const char* const* argv);
CommandManual ManualOfConfigExample();

/// Reads the file and the environment as `pyrunner serve` would, and prints what differs from the
/// defaults. Returns 0, or 64 with one line that says what is wrong.
int CheckConfig(int argc, const char* const* argv);
CommandManual ManualOfConfigCheck();

}  // namespace pyrunner::cli

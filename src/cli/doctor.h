// `pyrunner doctor`: what this place allows, what is in force, why something is not, how to get it.
#pragma once

#include "cli/arguments.h"

namespace pyrunner::cli {

/// Prints the report. Returns 0 if a service would start here and its sandboxes refused every
/// forbidden act, 78 if it would not start, 1 if an act succeeded, 64 for a wrong command line.
/// `argv` starts with the sub-command.
int Doctor(int argc, const char* const* argv);
CommandManual ManualOfDoctor();

}  // namespace pyrunner::cli

// `pyrunner serve`: builds the graph of objects and runs it.
#pragma once

namespace pyrunner::cli {

/// Returns the process's exit code: 0 after a clean shutdown, 64 for a wrong command line, 78 when
/// this host lacks what the service needs, 1 for anything else. `argv` starts with the
/// sub-command.
int Serve(int argc, const char* const* argv);

}  // namespace pyrunner::cli

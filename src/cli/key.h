// `pyrunner key`: adds, lists and revokes the API keys of the keys file.
#pragma once

namespace pyrunner::cli {

/// argv[0] is "key". Returns 0, 64 for a wrong command line, or 1.
int Key(int argc, const char* const* argv);

}  // namespace pyrunner::cli

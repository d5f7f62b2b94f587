// `pyrunner key`: makes, lists and revokes the API keys of the keys file.
#pragma once

#include "cli/arguments.h"

namespace pyrunner::cli {

/// Makes a key and prints it, alone, on standard output. Each of these returns 0, 64 for a wrong
/// command line, or 1, and then nothing has changed.
int AddKey(int argc, const char* const* argv);
CommandManual ManualOfKeyAdd();

int ListKeys(int argc, const char* const* argv);
CommandManual ManualOfKeyList();

int RevokeKey(int argc, const char* const* argv);
CommandManual ManualOfKeyRevoke();

}  // namespace pyrunner::cli

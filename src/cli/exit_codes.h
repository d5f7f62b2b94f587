// Exit codes of the sub-commands, of sysexits.h and of coreutils' timeout.
#pragma once

#include <cstdio>
#include <string>

namespace pyrunner::cli {

inline constexpr int kFailure = 1;
inline constexpr int kUsageError = 64;
inline constexpr int kUnavailable = 69;
inline constexpr int kHostLacksSomething = 78;
inline constexpr int kTimedOut = 124;
inline constexpr int kKilled = 137;

/// One line on standard error; returns the exit code.
inline int Complain(int exit_code, const std::string& line) {
  std::fprintf(stderr, "pyrunner: %s\n", line.c_str());
  return exit_code;
}

}  // namespace pyrunner::cli

// Program: what a client wants run. One of the two nouns that every room speaks.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/caller.h"
#include "base/trace_context.h"

namespace pyrunner {

inline constexpr std::uint64_t kMiB = std::uint64_t{1024} * 1024;

/// The bounds of one run. All of them are enforced from outside the program.
struct Limits {
  std::chrono::milliseconds wall_time{30'000};
  std::uint64_t memory_bytes = 512 * kMiB;
  std::uint64_t output_bytes = 0;  // kept of each stream; 0: EngineOptions::output_bytes
};

/// Whose wish a run is and how it came, for fairness, bounds and records. No sandbox sees it.
struct RunContext {
  std::string_view api;                       // a literal: "pyrunner", "cli"
  std::string_view policy;                    // the API's, by the name that operators know
  std::shared_ptr<const Caller> caller;       // nullptr: anybody
  std::shared_ptr<const std::string> client;  // its numeric address; nullptr: none
  TraceContext trace;
};

struct Program {
  std::string code;                    // UTF-8
  std::string standard_input;          // bytes; empty: end of file at once
  std::vector<std::string> arguments;  // sys.argv[1:]
  Limits limits;
  std::string policy;      // by name: built in, or one of EngineOptions::policies
  bool call_main = false;  // then its main() is called, and what that returns is the result
  RunContext context;
};

}  // namespace pyrunner

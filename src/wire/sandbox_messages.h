// What engine and sandbox say to each other, and how it is written into a frame's payload.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "wire/frame.h"

namespace pyrunner::wire {

/// Sandbox messages are small; nothing longer is read.
inline constexpr std::size_t kMaxSandboxPayload = 4096;

struct Ready {
  std::uint32_t properties = 0;  // bits of sandbox/properties.h that were verified
  std::uint64_t isolate_nanoseconds = 0;
};

struct Failed {
  std::string step;
  std::int32_t error_number = 0;
  std::string detail;
};

struct ProgramMessage {
  std::uint64_t wall_milliseconds = 0;
  std::uint64_t memory_bytes = 0;
  std::string policy;
  std::string code;
  std::string standard_input;
  std::vector<std::string> arguments;
};

struct Refused {
  std::string reason;
};

/// The program's last word: its outputs are closed, and nothing is left to do but to exit.
struct Finished {
  std::int32_t exit_code = 0;  // that it is about to exit with
  std::string exception_type;  // of the uncaught exception; empty: none
  std::int32_t line = 0;
  bool memory_error = false;  // it was a MemoryError, or a library's own kind of one
  std::uint64_t compile_nanoseconds = 0;
  std::uint64_t run_nanoseconds = 0;
};

/// Each appends one whole frame to `out`.
void Append(const Ready& message, std::string& out);
void Append(const Failed& message, std::string& out);
void Append(const ProgramMessage& message, std::string& out);
void Append(const Refused& message, std::string& out);
void Append(const Finished& message, std::string& out);

/// Each reads a payload that nobody vouches for; nothing if it is not exactly such a message.
[[nodiscard]] std::optional<Ready> DecodeReady(std::string_view payload);
[[nodiscard]] std::optional<Failed> DecodeFailed(std::string_view payload);
[[nodiscard]] std::optional<ProgramMessage> DecodeProgram(std::string_view payload);
[[nodiscard]] std::optional<Refused> DecodeRefused(std::string_view payload);
[[nodiscard]] std::optional<Finished> DecodeFinished(std::string_view payload);

}  // namespace pyrunner::wire

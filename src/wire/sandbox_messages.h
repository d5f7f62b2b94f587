// What engine and sandbox say to each other, and how it is written into a frame's payload.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "wire/frame.h"

namespace pyrunner::wire {

/// Sandbox messages are small, and results come in pieces; nothing longer is read.
inline constexpr std::size_t kMaxSandboxPayload = 65536;

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
  std::string policy;             // a built-in policy's name,
  std::string policy_definition;  // or EncodePolicy() of the operator's own
  bool call_main = false;         // and send what main() returns
  std::string code;
  std::string standard_input;
  std::vector<std::string> arguments;
};

/// Nothing was run.
struct Refused {
  enum class Cause : std::uint8_t { kPolicy, kSyntax, kNoMain };

  Cause cause = Cause::kPolicy;
  std::string reason;
  std::int32_t line = 0;    // from 1; 0: of no line
  std::int32_t column = 0;  // from 1, in characters
};

/// The program's last word: its outputs are closed, and nothing is left to do but to exit.
struct Finished {
  std::int32_t exit_code = 0;  // that it is about to exit with
  std::string exception_type;  // of the uncaught exception; empty: none
  std::string exception_text;  // as a traceback's end has it: "ValueError: no"
  std::int32_t line = 0;
  bool in_result = false;     // raised when what main() returned was made JSON
  bool memory_error = false;  // it was a MemoryError, or a library's own kind of one
  std::uint64_t compile_nanoseconds = 0;
  std::uint64_t run_nanoseconds = 0;
  std::uint64_t peak_memory_bytes = 0;  // by how much its resident memory grew, at most
};

/// Each appends one whole frame to `out`.
void Append(const Ready& message, std::string& out);
void Append(const Failed& message, std::string& out);
void Append(const ProgramMessage& message, std::string& out);
void Append(const Refused& message, std::string& out);
void Append(const Finished& message, std::string& out);

/// A program's frame in two parts, with `code` to be sent between them in place of message.code:
/// it can be large, and need not be copied.
void AppendAround(const ProgramMessage& message, std::string_view code, std::string& before,
                  std::string& after);

/// Each reads a payload that nobody vouches for; nothing if it is not exactly such a message.
[[nodiscard]] std::optional<Ready> DecodeReady(std::string_view payload);
[[nodiscard]] std::optional<Failed> DecodeFailed(std::string_view payload);
[[nodiscard]] std::optional<ProgramMessage> DecodeProgram(std::string_view payload);
[[nodiscard]] std::optional<Refused> DecodeRefused(std::string_view payload);
[[nodiscard]] std::optional<Finished> DecodeFinished(std::string_view payload);

}  // namespace pyrunner::wire

// Outcome: how a Program ended. One of the two nouns that every room speaks.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace pyrunner {

/// How a run ended, as the kernel and the engine saw it, in order of precedence: a cause that the
/// engine imposed wins over what the program says of itself.
enum class Ending {
  kExited,          // by itself; see exit_code
  kRefused,         // before anything ran; see refusal
  kTimedOut,        // wall time
  kMemoryExceeded,  // killed at the limit, or an uncaught MemoryError
  kOutputExceeded,  // printed without end
  kResultExceeded,  // main() returned more than a result may be
  kCpuExceeded,     // more CPU time than the run may have
  kViolation,       // what no program has a use for, as a system call that only exploits make; see
                    // reason
  kCrashed,         // ended by a signal; see signal
  kCancelled,       // the client went away
};

/// "exited", "timeout", "memory_exceeded": what reports and records call it. Scripts rely on these.
[[nodiscard]] std::string_view NameOf(Ending ending);

/// Why nothing of a program was run.
struct Refusal {
  enum class Cause {
    kPolicy,  // its policy does not allow it
    kSyntax,  // it is no Python; only where main() is to be called, else an uncaught SyntaxError
    kNoMain,  // it has no main() to call
  };
  Cause cause = Cause::kPolicy;
  std::string reason;  // a sentence for the program's author
  int line = 0;        // in the user's code, from 1; 0: of no line
  int column = 0;      // from 1, in characters
};

/// An exception that nobody caught, as the program's own process tells it: trust it only for
/// what that program's author is told.
struct UncaughtException {
  std::string type;        // "ZeroDivisionError"
  std::string text;        // as a traceback ends: "ZeroDivisionError: division by zero"
  int line = 0;            // in the user's code; 0: unknown
  bool in_result = false;  // raised when what main() returned was made JSON
};

/// One stream's bytes. Past the limit head and tail are kept; `total` counts everything.
struct CapturedStream {
  std::string bytes;  // whole, or head + tail
  std::uint64_t total = 0;
  std::size_t cut_at = 0;  // where in `bytes` the tail starts, if truncated()
  [[nodiscard]] bool truncated() const { return total > bytes.size(); }
};

/// Where the time went. fork and isolate were spent before the program arrived.
struct Phases {
  using Duration = std::chrono::nanoseconds;
  Duration queue{}, fork{}, isolate{}, compile{}, run{}, collect{};
};

struct Outcome {
  Ending ending = Ending::kExited;
  int exit_code = 0;   // of kExited
  int signal = 0;      // of kCrashed
  std::string reason;  // of kViolation
  std::optional<Refusal> refusal;
  std::optional<UncaughtException> exception;
  std::optional<std::string> result;  // what main() returned, as JSON text that was checked
  CapturedStream standard_output;
  CapturedStream standard_error;
  std::chrono::nanoseconds wall_time{};  // from the program's dispatch to the end of its process
  std::optional<std::uint64_t> memory_peak;  // the program's own bytes
  Phases phases;
};

}  // namespace pyrunner

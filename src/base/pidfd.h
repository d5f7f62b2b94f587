// Pidfd: the owner of a reference to a process.
#pragma once

#include <sys/types.h>

#include <chrono>

#include "base/fd.h"
#include "base/result.h"

namespace pyrunner {

/// How a process ended.
struct ProcessEnd {
  int exit_code = 0;
  int signal = 0;                        // 0: it exited by itself
  std::chrono::microseconds cpu_time{};  // of it and of the descendants that it waited for
};

/// A process that cannot be mistaken for another one, even after its pid is reused. Destroying a
/// Pidfd neither kills nor reaps. Not thread-safe.
class Pidfd {
 public:
  Pidfd() = default;
  explicit Pidfd(Fd fd) : fd_(std::move(fd)) {}

  [[nodiscard]] static Result<Pidfd> Open(pid_t pid);

  [[nodiscard]] int get() const { return fd_.get(); }
  [[nodiscard]] bool valid() const { return fd_.valid(); }
  [[nodiscard]] int Release() { return fd_.Release(); }

  /// Sends a signal. A process that is gone already is not an error.
  Status Signal(int signal) const;

 private:
  Fd fd_;
};

/// The same for a descriptor that another owner has.
Status SignalProcess(int pidfd, int signal);

/// Reaps the child behind the pidfd if it has ended; false if it still runs. Does not block.
[[nodiscard]] Result<bool> TryReap(int pidfd, ProcessEnd& end);

}  // namespace pyrunner

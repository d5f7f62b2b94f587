// ChildProcess: the engine's hold on a process that it waits for and may kill.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <optional>

#include "base/fd.h"
#include "base/pidfd.h"

namespace pyrunner {

/// What can be done at once with the descriptor of a ChildProcess, which is somebody else's.
class ProcessView {
 public:
  explicit ProcessView(int process);

  /// How it ended, once the descriptor is readable; no process is left of it then. Nothing if it
  /// cannot be reaped yet, because a debugger holds it: try again. If nobody tells how it ended, it
  /// counts as killed.
  [[nodiscard]] std::optional<ProcessEnd> TakeEnd() const;

  /// Sends SIGKILL, or has it sent. One that is gone already is not an error.
  void Kill() const;

 private:
  int process_;
  bool is_socket_;
};

/// A process behind a pidfd of a child of this one, or behind the socket of a sandbox::ChildKeeper
/// where the kernel has no pidfds: which of them shows in the descriptor. Used from one thread.
class ChildProcess {
 public:
  ChildProcess(const boost::asio::any_io_executor& executor, Fd process);

  /// Completes when it has ended, as TakeEnd tells. Await it once.
  boost::asio::awaitable<ProcessEnd> AwaitEnd();

  void Kill() { view_.Kill(); }

 private:
  ProcessView view_;
  boost::asio::posix::stream_descriptor process_;
};

}  // namespace pyrunner

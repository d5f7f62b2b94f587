// ChildProcess: the engine's hold on a process that it waits for and may kill.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>

#include "base/fd.h"
#include "base/pidfd.h"

namespace pyrunner {

/// A process behind a pidfd of a child of this one, or behind the socket of a sandbox::ChildKeeper
/// where the kernel has no pidfds: which of them shows in the descriptor. Used from one thread.
class ChildProcess {
 public:
  ChildProcess(const boost::asio::any_io_executor& executor, Fd process);

  /// Completes when it has ended; no process is left of it then. If nobody tells how it ended, it
  /// counts as killed. Await it once.
  boost::asio::awaitable<ProcessEnd> AwaitEnd();

  /// Sends SIGKILL, or has it sent. One that is gone already is not an error.
  void Kill();

 private:
  boost::asio::awaitable<ProcessEnd> AwaitWord();

  boost::asio::posix::stream_descriptor process_;
  bool is_socket_;
};

}  // namespace pyrunner

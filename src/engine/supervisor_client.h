// SupervisorClient: the gateway's requests to its privileged helper.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <vector>

#include "base/pidfd.h"
#include "base/result.h"
#include "engine/message_socket.h"
#include "engine/wait_list.h"
#include "sandbox/cgroup.h"
#include "sandbox/supervisor.h"
#include "wire/zygote_messages.h"

namespace pyrunner {

/// Used from the gateway's thread. Requests are answered in order; when the supervisor is gone,
/// every one fails.
class SupervisorClient {
 public:
  SupervisorClient(boost::asio::any_io_executor executor, sandbox::SupervisorProcess supervisor);

  /// Starts a zygote that is controlled through `control` (its end of the socket).
  boost::asio::awaitable<Result<Fd>> StartZygote(wire::ZygoteKind kind, Fd control);
  /// A fresh group for a slot whose old one this kernel cannot reset.
  boost::asio::awaitable<Result<sandbox::Cgroup>> ReplaceCgroup(std::uint32_t index);

  /// Removes what a program has left in the scratch directory of a slot. No process is left of it.
  boost::asio::awaitable<Status> EmptyScratch(std::uint32_t slot);

  /// Whether the slot's scratch directory holds no more than it may; true if that cannot be told.
  boost::asio::awaitable<bool> ScratchIsWithinQuota(std::uint32_t slot);

  /// Completes when the supervisor has ended.
  boost::asio::awaitable<void> AwaitEnd();
  /// Asks it to clean up and end.
  void Close();

  [[nodiscard]] bool alive() const { return alive_; }

 private:
  struct Answer {
    wire::SupervisorReply reply;
    std::vector<Fd> fds;
  };

  boost::asio::awaitable<Result<Answer>> Ask(wire::SupervisorRequest request, std::vector<int> fds);
  boost::asio::awaitable<void> ReadReplies();

  MessageSocket socket_;
  Fd process_;
  WaitList answered_;
  std::map<std::uint64_t, std::optional<Answer>> pending_;
  std::uint64_t next_serial_ = 1;
  bool alive_ = true;
};

}  // namespace pyrunner

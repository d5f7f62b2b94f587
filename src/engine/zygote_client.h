// ZygoteClient: the engine's handle on one zygote.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <vector>

#include "base/deadline.h"
#include "base/result.h"
#include "engine/child_process.h"
#include "engine/message_socket.h"
#include "engine/sandbox.h"
#include "engine/supervisor_client.h"
#include "engine/wait_list.h"
#include "wire/zygote_messages.h"

namespace pyrunner {

/// Used from the gateway's thread. A zygote ends when this is closed, when it crashes or when the
/// gateway dies; sandboxes that it forked live on.
class ZygoteClient : public std::enable_shared_from_this<ZygoteClient> {
 public:
  /// Starts a zygote and waits until it is warm. One that is late or cancelled is killed, and gone
  /// when this completes.
  static boost::asio::awaitable<Result<std::shared_ptr<ZygoteClient>>> Start(
      SupervisorClient& supervisor, wire::ZygoteKind kind, Deadline deadline,
      std::shared_ptr<Cancellation> cancellation);

  /// Forks one sandbox, which joins the cgroups of `cgroup_fds`.
  boost::asio::awaitable<Result<ForkedSandbox>> Fork(wire::ForkRequest request,
                                                     std::vector<int> cgroup_fds);

  /// Waits for its end; false if the deadline came first.
  boost::asio::awaitable<bool> AwaitEnd(Deadline deadline);

  /// Lets it end, now or after the forks that are under way.
  void Close();
  void Kill();

  [[nodiscard]] bool alive() const { return alive_; }
  [[nodiscard]] std::uint64_t forks() const { return forks_; }
  [[nodiscard]] const wire::ZygoteReady& ready() const { return ready_; }

 private:
  struct Answer {
    wire::ForkReply reply;
    std::vector<Fd> fds;
  };

  /// A fork that was asked for.
  struct Pending {
    std::optional<Answer> answer;
    Resumption waiting;
  };

  ZygoteClient(const boost::asio::any_io_executor& executor, Fd control, Fd process);

  boost::asio::awaitable<void> ReadReplies();
  boost::asio::awaitable<void> Reap();

  boost::asio::any_io_executor executor_;
  MessageSocket control_;
  ChildProcess process_;
  WaitList changed_;  // it has become warm, or has ended
  std::map<std::uint64_t, Pending> pending_;
  wire::ZygoteReady ready_;
  std::uint64_t forks_ = 0;
  bool alive_ = true;
};

}  // namespace pyrunner

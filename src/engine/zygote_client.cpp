#include "engine/zygote_client.h"

#include <sys/socket.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/this_coro.hpp>
#include <csignal>
#include <utility>

namespace pyrunner {

namespace asio = boost::asio;

namespace {

constexpr std::size_t kForkFds = 4;

}  // namespace

ZygoteClient::ZygoteClient(const asio::any_io_executor& executor, Fd control, Fd process)
    : executor_(executor),
      control_(executor, std::move(control)),
      process_(executor, std::move(process)),
      changed_(executor) {}

asio::awaitable<Result<std::shared_ptr<ZygoteClient>>> ZygoteClient::Start(
    SupervisorClient& supervisor, wire::ZygoteKind kind, Deadline deadline,
    std::shared_ptr<Cancellation> cancellation) {
  const auto executor = co_await asio::this_coro::executor;
  auto pair = SocketPair(SOCK_SEQPACKET);
  if (!pair) co_return tl::unexpected(pair.error());
  auto process = co_await supervisor.StartZygote(kind, std::move(pair->second));
  if (!process) co_return tl::unexpected(process.error());
  std::shared_ptr<ZygoteClient> zygote(
      new ZygoteClient(executor, std::move(pair->first), std::move(*process)));
  asio::co_spawn(executor, zygote->Reap(), asio::detached);
  asio::co_spawn(executor, zygote->ReadReplies(), asio::detached);
  while (zygote->alive_ && zygote->ready_.warm_nanoseconds == 0) {
    const auto wake = co_await zygote->changed_.WaitUntil(deadline, cancellation);
    if (wake == WaitList::Wake::kNotified) continue;
    zygote->Kill();
    (void)co_await zygote->AwaitEnd(Deadline::max());
    co_return Failure(wake == WaitList::Wake::kCancelled ? "it was stopped"
                                                         : "it was not warm in time");
  }
  if (zygote->ready_.warm_nanoseconds == 0) {
    co_return Failure("it ended while warming up; its own message stands above");
  }
  co_return zygote;
}

asio::awaitable<void> ZygoteClient::Reap() {
  const auto self = shared_from_this();
  // If the io_context ends before the zygote, those who wait for it have to end as well.
  struct AtEnd {
    std::map<std::uint64_t, Pending>& pending;
    ~AtEnd() {
      for (auto& [unused, fork] : pending) fork.waiting.Abandon();
    }
  };
  const AtEnd at_end{pending_};
  (void)co_await process_.AwaitEnd();
  alive_ = false;
  control_.Close();
  std::vector<std::uint64_t> serials;
  serials.reserve(pending_.size());
  for (const auto& [serial, unused] : pending_) serials.push_back(serial);
  for (const std::uint64_t serial : serials) {
    if (const auto fork = pending_.find(serial); fork != pending_.end()) {
      fork->second.waiting.Resume();
    }
  }
  changed_.NotifyAll();
}

asio::awaitable<void> ZygoteClient::ReadReplies() {
  const auto self = shared_from_this();
  auto ready = co_await control_.Receive(WritableBytesOf(ready_));
  changed_.NotifyAll();
  if (!ready || ready->size != sizeof ready_) co_return;
  while (true) {
    Answer answer;
    auto received = co_await control_.Receive(WritableBytesOf(answer.reply));
    if (!received || received->size != sizeof answer.reply) {
      // Closed, or a sandbox whose descriptors did not fit into this process: no later answer can
      // be trusted to belong to its request, so another zygote has to come.
      Kill();
      co_return;
    }
    answer.fds = std::move(received->fds);
    const auto fork = pending_.find(answer.reply.serial);
    if (fork == pending_.end()) continue;
    fork->second.answer = std::move(answer);
    fork->second.waiting.Resume();
  }
}

asio::awaitable<Result<ForkedSandbox>> ZygoteClient::Fork(wire::ForkRequest request,
                                                          std::vector<int> cgroup_fds) {
  const auto self = shared_from_this();
  request.serial = ++forks_;
  if (auto sent = control_.Send(BytesOf(request), cgroup_fds); !sent) {
    co_return tl::unexpected(sent.error());
  }
  const auto pending = pending_.try_emplace(request.serial).first;
  while (alive_ && !pending->second.answer) {
    auto answered = pending->second.waiting.Wait();
    co_await std::move(answered);
  }
  std::optional<Answer> answer = std::move(pending->second.answer);
  pending_.erase(pending);
  if (!answer) co_return Failure("the zygote ended");
  if (answer->reply.error_number != 0) {
    co_return SystemError("fork", "a sandbox", answer->reply.error_number);
  }
  if (answer->fds.size() != kForkFds) co_return Failure("the zygote passed no sandbox");
  ForkedSandbox forked;
  forked.pid = answer->reply.pid;
  forked.process = std::move(answer->fds[0]);
  forked.channel = std::move(answer->fds[1]);
  forked.standard_output = std::move(answer->fds[2]);
  forked.standard_error = std::move(answer->fds[3]);
  forked.fork_time = std::chrono::nanoseconds(answer->reply.fork_nanoseconds);
  co_return forked;
}

asio::awaitable<bool> ZygoteClient::AwaitEnd(Deadline deadline) {
  const auto self = shared_from_this();
  while (alive_ && SteadyClock::now() < deadline) {
    (void)co_await changed_.WaitUntil(deadline);
  }
  co_return !alive_;
}

void ZygoteClient::Close() { control_.Close(); }

void ZygoteClient::Kill() {
  if (alive_) process_.Kill();
}

}  // namespace pyrunner

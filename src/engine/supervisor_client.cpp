#include "engine/supervisor_client.h"

#include <array>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/this_coro.hpp>

#include "engine/child_process.h"

namespace pyrunner {

namespace asio = boost::asio;

SupervisorClient::SupervisorClient(asio::any_io_executor executor,
                                   sandbox::SupervisorProcess supervisor)
    : socket_(executor, std::move(supervisor.socket)),
      process_(std::move(supervisor.process)),
      answered_(executor) {
  asio::co_spawn(executor, ReadReplies(), asio::detached);
}

asio::awaitable<void> SupervisorClient::ReadReplies() {
  while (true) {
    Answer answer;
    auto received = co_await socket_.Receive(WritableBytesOf(answer.reply));
    if (!received || received->size != sizeof answer.reply) break;
    answer.fds = std::move(received->fds);
    const auto waiting = pending_.find(answer.reply.serial);
    if (waiting != pending_.end()) waiting->second = std::move(answer);
    answered_.NotifyAll();
  }
  alive_ = false;
  answered_.NotifyAll();
}

asio::awaitable<Result<SupervisorClient::Answer>> SupervisorClient::Ask(
    wire::SupervisorRequest request, std::vector<int> fds) {
  request.serial = next_serial_++;
  if (auto sent = socket_.Send(BytesOf(request), fds); !sent) {
    co_return tl::unexpected(sent.error());
  }
  const auto pending = pending_.emplace(request.serial, std::nullopt).first;
  while (alive_ && !pending->second) {
    (void)co_await answered_.WaitUntil(Deadline::max());
  }
  std::optional<Answer> answer = std::move(pending->second);
  pending_.erase(pending);
  if (!answer) co_return Failure("the supervisor is gone");
  if (answer->reply.error_number != 0) {
    answer->reply.detail.back() = '\0';
    co_return tl::unexpected(Error{answer->reply.detail.data(), answer->reply.error_number});
  }
  co_return std::move(*answer);
}

asio::awaitable<Result<Fd>> SupervisorClient::StartZygote(wire::ZygoteKind kind, Fd control) {
  const wire::SupervisorRequest request{.serial = 0,
                                        .task = wire::SupervisorTask::kStartZygote,
                                        .argument = static_cast<std::uint32_t>(kind)};
  std::vector<int> fds{control.get()};
  auto answer = co_await Ask(request, std::move(fds));
  if (!answer) co_return tl::unexpected(answer.error());
  if (answer->fds.size() != 1) co_return Failure("the supervisor passed no zygote");
  co_return std::move(answer->fds.front());
}

asio::awaitable<Result<sandbox::Cgroup>> SupervisorClient::ReplaceCgroup(std::uint32_t index) {
  const wire::SupervisorRequest request{
      .serial = 0, .task = wire::SupervisorTask::kReplaceCgroup, .argument = index};
  std::vector<int> no_fds;
  auto answer = co_await Ask(request, std::move(no_fds));
  if (!answer) co_return tl::unexpected(answer.error());
  co_return sandbox::Cgroup::FromFds(std::move(answer->fds), answer->reply.cgroup_layout);
}

asio::awaitable<Status> SupervisorClient::EmptyScratch(std::uint32_t slot) {
  const wire::SupervisorRequest request{
      .serial = 0, .task = wire::SupervisorTask::kEmptyScratch, .argument = slot};
  std::vector<int> no_fds;
  auto answer = co_await Ask(request, std::move(no_fds));
  if (!answer) co_return tl::unexpected(answer.error());
  co_return Status{};
}

asio::awaitable<bool> SupervisorClient::ScratchIsWithinQuota(std::uint32_t slot) {
  const wire::SupervisorRequest request{
      .serial = 0, .task = wire::SupervisorTask::kMeasureScratch, .argument = slot};
  std::vector<int> no_fds;
  auto answer = co_await Ask(request, std::move(no_fds));
  co_return !answer || answer->reply.within_quota != 0;
}

asio::awaitable<void> SupervisorClient::AwaitEnd() {
  ChildProcess process(co_await asio::this_coro::executor, std::move(process_));
  (void)co_await process.AwaitEnd();
}

void SupervisorClient::Close() { socket_.Close(); }

}  // namespace pyrunner

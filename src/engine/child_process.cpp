#include "engine/child_process.h"

#include <sys/socket.h>
#include <sys/stat.h>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <csignal>

#include "base/unix_socket.h"
#include "engine/message_socket.h"
#include "wire/zygote_messages.h"

namespace pyrunner {

namespace asio = boost::asio;

namespace {

bool IsSocket(int fd) {
  struct stat status {};
  return ::fstat(fd, &status) == 0 && S_ISSOCK(status.st_mode);
}

ProcessEnd Killed() { return {.exit_code = 0, .signal = SIGKILL, .cpu_time = {}}; }

ProcessEnd TakeWord(int socket) {
  wire::ProcessEnded word;
  const auto received = ReceiveMessage(socket, WritableBytesOf(word), MSG_DONTWAIT);
  if (!received || received->size != sizeof word) return Killed();
  return {.exit_code = word.exit_code,
          .signal = word.signal,
          .cpu_time = std::chrono::microseconds(word.cpu_microseconds)};
}

}  // namespace

ProcessView::ProcessView(int process) : process_(process), is_socket_(IsSocket(process)) {}

std::optional<ProcessEnd> ProcessView::TakeEnd() const {
  if (is_socket_) return TakeWord(process_);
  ProcessEnd end;
  const auto reaped = TryReap(process_, end);
  if (!reaped) return Killed();
  if (!*reaped) return std::nullopt;
  return end;
}

void ProcessView::Kill() const {
  if (is_socket_) {
    (void)::send(process_, "k", 1, MSG_DONTWAIT | MSG_NOSIGNAL);
  } else {
    (void)SignalProcess(process_, SIGKILL);
  }
}

ChildProcess::ChildProcess(const asio::any_io_executor& executor, Fd process)
    : view_(process.get()), process_(executor, process.get()) {
  (void)process.Release();
}

asio::awaitable<ProcessEnd> ChildProcess::AwaitEnd() {
  constexpr std::chrono::milliseconds kPause{5};
  asio::steady_timer pause(process_.get_executor());
  while (true) {
    const bool readable = co_await AwaitReadable(process_);
    if (const auto end = view_.TakeEnd()) co_return *end;
    if (!readable) co_return Killed();
    pause.expires_after(kPause);
    (void)co_await pause.async_wait(asio::as_tuple(asio::use_awaitable));
  }
}

}  // namespace pyrunner

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

}  // namespace

ChildProcess::ChildProcess(const asio::any_io_executor& executor, Fd process)
    : process_(executor, process.get()), is_socket_(IsSocket(process.get())) {
  (void)process.Release();
}

asio::awaitable<ProcessEnd> ChildProcess::AwaitWord() {
  wire::ProcessEnded word;
  bool readable = co_await AwaitReadable(process_);
  ProcessEnd end;
  end.signal = SIGKILL;
  if (!readable) co_return end;
  const auto received =
      ReceiveMessage(process_.native_handle(), WritableBytesOf(word), MSG_DONTWAIT);
  if (!received || received->size != sizeof word) co_return end;
  end.exit_code = word.exit_code;
  end.signal = word.signal;
  end.cpu_time = std::chrono::microseconds(word.cpu_microseconds);
  co_return end;
}

asio::awaitable<ProcessEnd> ChildProcess::AwaitEnd() {
  if (is_socket_) {
    auto word = AwaitWord();
    co_return co_await std::move(word);
  }
  // A process that a debugger holds has ended for the pidfd, but cannot be reaped yet.
  constexpr std::chrono::milliseconds kPause{5};
  asio::steady_timer pause(process_.get_executor());
  ProcessEnd end;
  while (true) {
    const bool ended = co_await AwaitReadable(process_);
    const auto reaped = TryReap(process_.native_handle(), end);
    if (reaped && *reaped) co_return end;
    if (!ended || !reaped) break;
    pause.expires_after(kPause);
    (void)co_await pause.async_wait(asio::as_tuple(asio::use_awaitable));
  }
  end.signal = SIGKILL;
  co_return end;
}

void ChildProcess::Kill() {
  if (is_socket_) {
    (void)::send(process_.native_handle(), "k", 1, MSG_DONTWAIT | MSG_NOSIGNAL);
  } else {
    (void)SignalProcess(process_.native_handle(), SIGKILL);
  }
}

}  // namespace pyrunner

#include "engine/process_end.h"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <csignal>

#include "engine/message_socket.h"

namespace pyrunner {

namespace asio = boost::asio;

asio::awaitable<ProcessEnd> AwaitProcessEnd(asio::posix::stream_descriptor& pidfd) {
  // A process that a debugger holds has ended for the pidfd, but cannot be reaped yet.
  constexpr std::chrono::milliseconds kPause{5};
  asio::steady_timer pause(pidfd.get_executor());
  ProcessEnd end;
  while (true) {
    const bool ended = co_await AwaitReadable(pidfd);
    const auto reaped = TryReap(pidfd.native_handle(), end);
    if (reaped && *reaped) co_return end;
    if (!ended || !reaped) break;
    pause.expires_after(kPause);
    (void)co_await pause.async_wait(asio::as_tuple(asio::use_awaitable));
  }
  end.signal = SIGKILL;
  co_return end;
}

}  // namespace pyrunner

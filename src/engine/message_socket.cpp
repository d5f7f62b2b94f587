#include "engine/message_socket.h"

#include <sys/socket.h>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace pyrunner {

namespace asio = boost::asio;

MessageSocket::MessageSocket(const asio::any_io_executor& executor, Fd socket)
    : socket_(executor, socket.Release()) {}

Status MessageSocket::Send(std::span<const std::byte> bytes, std::span<const int> fds) {
  if (!socket_.is_open()) return Failure("the socket is closed");
  return SendMessage(socket_.native_handle(), bytes, fds, MSG_DONTWAIT);
}

asio::awaitable<Result<ReceivedMessage>> MessageSocket::Receive(std::span<std::byte> buffer) {
  while (socket_.is_open()) {
    auto message = ReceiveMessage(socket_.native_handle(), buffer, MSG_DONTWAIT);
    if (message || message.error().code != EAGAIN) co_return message;
    if (!co_await AwaitReadable(socket_)) break;
  }
  co_return Failure("the socket is closed");
}

void MessageSocket::Close() {
  boost::system::error_code ignored;
  socket_.close(ignored);
}

asio::awaitable<bool> AwaitReadable(asio::posix::stream_descriptor& descriptor) {
  const auto [error] = co_await descriptor.async_wait(asio::posix::stream_descriptor::wait_read,
                                                      asio::as_tuple(asio::use_awaitable));
  co_return !error;
}

}  // namespace pyrunner

// MessageSocket: asynchronous SOCK_SEQPACKET messages with descriptors.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <span>
#include <vector>

#include "base/fd.h"
#include "base/result.h"
#include "base/unix_socket.h"

namespace pyrunner {

/// Owns a connected SOCK_SEQPACKET socket. Used from the gateway's thread.
class MessageSocket {
 public:
  MessageSocket(const boost::asio::any_io_executor& executor, Fd socket);

  /// Sends at once, or fails: the peers here read faster than requests are made, so a full
  /// buffer means that something is wrong with them.
  [[nodiscard]] Status Send(std::span<const std::byte> bytes, std::span<const int> fds);

  /// The next message; size 0 or an error once the peer is gone or the socket is closed.
  boost::asio::awaitable<Result<ReceivedMessage>> Receive(std::span<std::byte> buffer);

  void Close();

 private:
  boost::asio::posix::stream_descriptor socket_;
};

/// Completes when the descriptor is readable (true), or was cancelled or closed (false).
boost::asio::awaitable<bool> AwaitReadable(boost::asio::posix::stream_descriptor& descriptor);

}  // namespace pyrunner

// Messages with file descriptors over SOCK_SEQPACKET sockets.
#pragma once

#include <cstddef>
#include <span>
#include <utility>
#include <vector>

#include "base/fd.h"
#include "base/result.h"

namespace pyrunner {

inline constexpr std::size_t kMaxPassedFds = 16;

/// A connected pair of close-on-exec Unix sockets of the given SOCK_ type.
[[nodiscard]] Result<std::pair<Fd, Fd>> SocketPair(int type);

/// Sends one message and passes the descriptors along (at most kMaxPassedFds). Never raises
/// SIGPIPE. `flags` as of sendmsg, e.g. MSG_DONTWAIT.
[[nodiscard]] Status SendMessage(int socket, std::span<const std::byte> bytes,
                                 std::span<const int> fds, int flags = 0);

struct ReceivedMessage {
  std::size_t size = 0;  // 0: the peer closed its end
  std::vector<Fd> fds;   // close-on-exec
};

/// Receives one message into `buffer`. A message that does not fit is an error.
[[nodiscard]] Result<ReceivedMessage> ReceiveMessage(int socket, std::span<std::byte> buffer,
                                                     int flags = 0);

/// The bytes of a trivially copyable struct, for messages between trusted processes of one build.
template <typename T>
[[nodiscard]] std::span<const std::byte> BytesOf(const T& value) {
  static_assert(std::is_trivially_copyable_v<T>);
  return std::as_bytes(std::span(&value, 1));
}
template <typename T>
[[nodiscard]] std::span<std::byte> WritableBytesOf(T& value) {
  static_assert(std::is_trivially_copyable_v<T>);
  return std::as_writable_bytes(std::span(&value, 1));
}

}  // namespace pyrunner

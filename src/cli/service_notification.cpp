#include "cli/service_notification.h"

#include <fmt/core.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <charconv>
#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <ctime>

namespace pyrunner::cli {
namespace {

std::string TakeVariable(const char* name) {
  const char* value = std::getenv(name);
  std::string text = value == nullptr ? "" : value;
  ::unsetenv(name);
  return text;
}

/// A whole number, or 0.
std::uint64_t NumberOf(const std::string& text) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc() && end == text.data() + text.size() ? value : 0;
}

/// A status has one line.
std::string OneLine(std::string_view text) {
  std::string line(text);
  for (char& c : line) {
    if (c == '\n') c = ' ';
  }
  return line;
}

}  // namespace

ServiceNotification ServiceNotification::TakeFromEnvironment() {
  ServiceNotification notification;
  std::string address = TakeVariable("NOTIFY_SOCKET");
  const std::uint64_t watchdog = NumberOf(TakeVariable("WATCHDOG_USEC"));
  const std::string watched = TakeVariable("WATCHDOG_PID");
  constexpr std::size_t kLongest = sizeof(sockaddr_un::sun_path) - 1;
  const bool usable =
      address.size() > 1 && address.size() <= kLongest && (address[0] == '/' || address[0] == '@');
  if (!usable) return notification;
  notification.socket_ = Fd(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  if (!notification.socket_) return notification;
  notification.address_ = std::move(address);
  const bool is_watched =
      watched.empty() || NumberOf(watched) == static_cast<std::uint64_t>(::getpid());
  if (is_watched) notification.watchdog_ = std::chrono::microseconds(watchdog);
  return notification;
}

void ServiceNotification::Ready(std::string_view status) const {
  Send("READY=1\nSTATUS=" + OneLine(status) + "\n");
}

void ServiceNotification::Reloading() const {
  timespec now{};
  ::clock_gettime(CLOCK_MONOTONIC, &now);
  const auto microseconds = now.tv_sec * 1'000'000 + now.tv_nsec / 1000;
  Send(fmt::format("RELOADING=1\nMONOTONIC_USEC={}\nSTATUS=reloading\n", microseconds));
}

void ServiceNotification::Stopping(std::chrono::seconds at_most, std::string_view status) const {
  Send(fmt::format("STOPPING=1\nEXTEND_TIMEOUT_USEC={}\nSTATUS={}\n",
                   std::chrono::microseconds(at_most).count(), OneLine(status)));
}

void ServiceNotification::NotStuck() const { Send("WATCHDOG=1\n"); }

void ServiceNotification::Send(const std::string& lines) const {
  if (!socket_) return;
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::memcpy(address.sun_path, address_.data(), address_.size());
  // An abstract name begins with a zero and has no end but its length.
  if (address_[0] == '@') address.sun_path[0] = '\0';
  const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + address_.size());
  // A manager that does not read must not stop the service.
  (void)::sendto(socket_.get(), lines.data(), lines.size(), MSG_DONTWAIT | MSG_NOSIGNAL,
                 reinterpret_cast<const sockaddr*>(&address), size);
}

}  // namespace pyrunner::cli

// What the service tells the manager that started it: systemd's protocol of sd_notify(3), a
// datagram of lines to the socket that NOTIFY_SOCKET names.
#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "base/fd.h"

namespace pyrunner::cli {

/// Tells nobody anything if no manager asked. What cannot be told is lost: a manager that went away
/// is no reason to stop serving. For one thread.
class ServiceNotification {
 public:
  ServiceNotification() = default;

  /// Reads NOTIFY_SOCKET, WATCHDOG_USEC and WATCHDOG_PID and takes them out of the environment:
  /// no process that this one starts may speak for it.
  [[nodiscard]] static ServiceNotification TakeFromEnvironment();

  /// Serves from now on, after a start or a reload. The status is a line for `systemctl status`.
  void Ready(std::string_view status) const;
  void Reloading() const;
  /// Ends, within this time: the manager waits so long even if its own limit is less.
  void Stopping(std::chrono::seconds at_most, std::string_view status) const;

  /// The time within which the manager wants to hear that this process is not stuck; 0: never.
  [[nodiscard]] std::chrono::microseconds watchdog() const { return watchdog_; }
  void NotStuck() const;

 private:
  void Send(const std::string& lines) const;

  std::string address_;  // a path, or a name that begins with @
  Fd socket_;
  std::chrono::microseconds watchdog_{0};
};

}  // namespace pyrunner::cli

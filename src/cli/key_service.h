// KeyService: the keys of a running service, kept up with their file.
#pragma once

#include <spdlog/logger.h>

#include <boost/asio/awaitable.hpp>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>

#include "access/gate.h"
#include "access/key_file.h"
#include "base/result.h"
#include "cli/settings.h"
#include "http/server.h"

namespace pyrunner::cli {

/// Whether only this machine reaches what listens on this address. A name other than localhost may
/// resolve to anything, so it is not loopback.
[[nodiscard]] bool IsLoopback(const std::string& host);

/// Decides whether keys are needed and holds those that are valid. They are needed where the
/// service listens elsewhere than on loopback, and once there has been a key: revoking the last one
/// must not let everybody in. Used from the gateway's thread.
class KeyService {
 public:
  /// The settings and the logger outlive it.
  KeyService(const Settings& settings, spdlog::logger& log, access::Gate::IsOpen is_open)
      : settings_(settings), log_(log), gate_(std::move(is_open)) {}

  /// Reads the file. An error is a line that says why the service cannot start like this.
  [[nodiscard]] Status Load();

  /// For the server; empty if nobody is ever asked. Refers to this object.
  [[nodiscard]] http::ServerOptions::Authorize Authorizer();

  /// Logs what is in force. After the privileges are given up: a file that cannot be read any more
  /// is worth a warning now, not when a key is to be revoked.
  void Announce();

  /// Reads the file again. What is wrong with it is logged, and then the old keys stay valid.
  void Reload();

  /// Looks at the file every second, and reads it again when it has changed. Symbolic links on the
  /// way may be changed as well, which inotify on a folder would not tell.
  boost::asio::awaitable<void> Watch();

  /// For GET /v1/sandbox.
  [[nodiscard]] nlohmann::json Describe() const;

 private:
  void Accept(const access::KeyRecords& records);
  void WarnOfUnknownPolicies() const;
  [[nodiscard]] std::string Why() const;

  const Settings& settings_;
  spdlog::logger& log_;
  access::Gate gate_;
  access::FileState state_;
  std::string loaded_at_;
  bool needed_ = false;
};

}  // namespace pyrunner::cli

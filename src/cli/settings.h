// Settings: everything that an operator may set, in one table.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "engine/engine_options.h"
#include "http/server.h"

namespace pyrunner::cli {

struct Settings {
  // A million characters of code, each of them written as two \uXXXX escapes, and the rest.
  Settings() { server.max_body_bytes = 13 * kMiB; }

  std::string host = "127.0.0.1";
  std::uint16_t port = 8000;
  std::string policy = "scientific";
  std::string log_level = "info";
  std::string log_format = "text";
  std::chrono::seconds drain_time{30};
  EngineOptions engine;
  http::ServerOptions server;
};

/// One setting. Its three spellings are --max-running, PYRUNNER_MAX_RUNNING and max_running.
struct Setting {
  std::string_view name;  // as a flag, without the dashes
  std::string_view description;
  std::function<Status(Settings&, const std::string&)> set;
  std::function<std::string(const Settings&)> get;
  bool is_list = false;  // with commas; in the file, an array will do

  [[nodiscard]] std::string EnvironmentName() const;
  [[nodiscard]] std::string FileKey() const;
};

/// The table. Help texts, the configuration file and the environment are read off it.
[[nodiscard]] const std::vector<Setting>& AllSettings();

}  // namespace pyrunner::cli

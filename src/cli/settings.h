// Settings: everything that an operator may set, in one table.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "api/apis.h"
#include "base/result.h"
#include "engine/engine_options.h"
#include "http/server.h"
#include "policy/policy.h"

namespace pyrunner::cli {

struct Settings {
  // A million characters of code, each of them written as two \uXXXX escapes, and the rest.
  Settings() { server.max_body_bytes = 13 * kMiB; }

  std::string host = "127.0.0.1";
  std::uint16_t port = 8000;
  std::string log_level = "info";
  std::string log_format = "text";
  std::string audit_log;      // a path, or "-" for the log's stream; empty: none
  bool open_metrics = false;  // GET /metrics needs no key
  std::chrono::seconds drain_time{30};
  std::chrono::seconds drain_delay{0};
  std::vector<std::string> allowed_missing;  // names of sandbox/properties.h
  std::string keys_file = "/etc/pyrunner/keys.toml";
  bool insecure_no_auth = false;
  api::ApiOptions api;
  std::vector<Policy> policies;  // the operator's own
  EngineOptions engine;
  http::ServerOptions server;
  std::vector<std::string> warnings;  // what to tell whoever set this
};

/// All policies that are not built in, as the engine wants them: the operator's own and those that
/// APIs make of their options.
[[nodiscard]] std::map<std::string, OwnPolicy, std::less<>> EnginePolicies(
    const Settings& settings);

/// The policy of this name, built in or the operator's own, or nullptr.
[[nodiscard]] const Policy* FindPolicy(const Settings& settings, std::string_view name);

/// The properties that the operator does without, as bits of sandbox/properties.h.
[[nodiscard]] std::uint32_t WaivedProperties(const Settings& settings);

/// One setting. Its three spellings are --max-running, PYRUNNER_MAX_RUNNING and max_running.
struct Setting {
  std::string_view name;  // as a flag, without the dashes
  std::string_view description;
  std::function<Status(Settings&, const std::string&)> set;
  std::function<std::string(const Settings&)> get;
  bool is_list = false;                   // with commas; in the file, an array will do
  std::vector<std::string> choices = {};  // what a value may be, or often is
  std::string_view example = {};          // a value to show where the default is not one to write
  bool is_flag = false;                   // true or false; as a flag without a value it is true
  bool at_run_time = false;               // SIGHUP changes it, see reload.h

  [[nodiscard]] std::string EnvironmentName() const;
  [[nodiscard]] std::string FileKey() const;
};

/// The table. Help texts, the configuration file and the environment are read off it.
[[nodiscard]] const std::vector<Setting>& AllSettings();

}  // namespace pyrunner::cli

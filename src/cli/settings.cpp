#include "cli/settings.h"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <limits>
#include <utility>

#include "api/code_executor.h"
#include "http/origin.h"
#include "sandbox/properties.h"

namespace pyrunner::cli {
namespace {

std::string Formatted(double value) {
  std::string text = std::to_string(value);
  while (text.ends_with('0')) text.pop_back();
  if (text.ends_with('.')) text.pop_back();
  return text;
}

/// A whole number of `unit`s into an integer field.
template <typename Field>
Setting Number(std::string_view name, std::string_view description, Field& (*field)(Settings&),
               std::uint64_t lowest, std::uint64_t highest, std::uint64_t unit = 1) {
  return {name, description,
          [=](Settings& settings, const std::string& text) -> Status {
            std::uint64_t value = 0;
            const auto [end, error] =
                std::from_chars(text.data(), text.data() + text.size(), value);
            if (error != std::errc() || end != text.data() + text.size() || value < lowest ||
                value > highest) {
              return Failure("must be a whole number from " + std::to_string(lowest) + " to " +
                             std::to_string(highest));
            }
            field(settings) = static_cast<Field>(value * unit);
            return {};
          },
          [=](const Settings& settings) {
            auto copy = settings;
            return std::to_string(static_cast<std::uint64_t>(field(copy)) / unit);
          }};
}

/// Seconds, fractions allowed, into a duration field.
template <typename Duration>
Setting Seconds(std::string_view name, std::string_view description, Duration& (*field)(Settings&),
                double lowest, double highest) {
  return {name, description,
          [=](Settings& settings, const std::string& text) -> Status {
            double value = 0;
            const auto [end, error] =
                std::from_chars(text.data(), text.data() + text.size(), value);
            if (error != std::errc() || end != text.data() + text.size() || !(value >= lowest) ||
                !(value <= highest)) {
              return Failure("must be a number of seconds from " + Formatted(lowest) + " to " +
                             Formatted(highest));
            }
            const std::chrono::duration<double> exact(value);
            const auto kept = std::chrono::duration_cast<Duration>(exact);
            if (Duration::period::num == Duration::period::den && kept != exact) {
              return Failure("must be a whole number of seconds");
            }
            field(settings) = kept;
            return {};
          },
          [=](const Settings& settings) {
            auto copy = settings;
            return Formatted(std::chrono::duration<double>(field(copy)).count());
          }};
}

Setting Text(std::string_view name, std::string_view description,
             std::string& (*field)(Settings&)) {
  return {name, description,
          [=](Settings& settings, const std::string& text) -> Status {
            if (text.empty()) return Failure("must not be empty");
            field(settings) = text;
            return {};
          },
          [=](const Settings& settings) {
            auto copy = settings;
            return field(copy);
          }};
}

Setting OneOf(std::string_view name, std::string_view description, std::string& (*field)(Settings&),
              std::vector<std::string> choices) {
  return {name,
          description,
          [=](Settings& settings, const std::string& text) -> Status {
            if (std::find(choices.begin(), choices.end(), text) == choices.end()) {
              std::string list;
              for (const auto& choice : choices) list += (list.empty() ? "" : ", ") + choice;
              return Failure("must be one of " + list);
            }
            field(settings) = text;
            return {};
          },
          [=](const Settings& settings) {
            auto copy = settings;
            return field(copy);
          },
          /*is_list=*/false,
          choices};
}

Setting Processors(std::string_view name, std::string_view description) {
  return {name, description,
          [](Settings& settings, const std::string& text) -> Status {
            constexpr double kMost = 1024;
            double value = 0;
            const auto [end, error] =
                std::from_chars(text.data(), text.data() + text.size(), value);
            if (error != std::errc() || end != text.data() + text.size() || !(value >= 0.05) ||
                !(value <= kMost)) {
              return Failure("must be a number from 0.05 to 1024");
            }
            settings.engine.cpus = value;
            return {};
          },
          [](const Settings& settings) { return Formatted(settings.engine.cpus); }};
}

/// True or false, in the spellings that shells and orchestrators have.
Setting Flag(std::string_view name, std::string_view description, bool& (*field)(Settings&)) {
  Setting setting{name, description,
                  [=](Settings& settings, const std::string& text) -> Status {
                    std::string lower = text;
                    std::transform(lower.begin(), lower.end(), lower.begin(), [](unsigned char c) {
                      return static_cast<char>(std::tolower(c));
                    });
                    const bool yes = lower == "true" || lower == "1";
                    if (!yes && lower != "false" && lower != "0") {
                      return Failure("must be true or false");
                    }
                    field(settings) = yes;
                    return {};
                  },
                  [=](const Settings& settings) -> std::string {
                    auto copy = settings;
                    return field(copy) ? "true" : "false";
                  }};
  setting.is_flag = true;
  setting.choices = {"true", "false"};
  return setting;
}

Setting AtRunTime(Setting setting) {
  setting.at_run_time = true;
  return setting;
}

/// A file that may be none.
Setting OptionalFile(std::string_view name, std::string_view description,
                     std::string& (*field)(Settings&), std::string_view example) {
  Setting setting = Text(name, description, field);
  setting.set = [=](Settings& settings, const std::string& text) -> Status {
    field(settings) = text;
    return {};
  };
  setting.example = example;
  return setting;
}

bool IsProperty(const std::string& text) {
  const auto& names = sandbox::kPropertyNames;
  return std::find(names.begin(), names.end(), text) != names.end();
}

Setting MemoryBudget(std::string_view name, std::string_view description) {
  return {name, description,
          [](Settings& settings, const std::string& text) -> Status {
            constexpr std::uint64_t kLeast = 64;
            constexpr std::uint64_t kMost = std::uint64_t{1} << 30;
            std::uint64_t value = 0;
            const auto [end, error] =
                std::from_chars(text.data(), text.data() + text.size(), value);
            if (error != std::errc() || end != text.data() + text.size() ||
                (value != 0 && value < kLeast) || value > kMost) {
              return Failure("must be 0 or a whole number from " + std::to_string(kLeast) + " to " +
                             std::to_string(kMost));
            }
            settings.engine.memory_budget_bytes = value * kMiB;
            return {};
          },
          [](const Settings& settings) {
            return std::to_string(settings.engine.memory_budget_bytes / kMiB);
          }};
}

Setting MemoryOvercommit(std::string_view name, std::string_view description) {
  return {name, description,
          [](Settings& settings, const std::string& text) -> Status {
            double value = 0;
            const auto [end, error] =
                std::from_chars(text.data(), text.data() + text.size(), value);
            if (error != std::errc() || end != text.data() + text.size() ||
                !(value == 0 || (value >= 1 && value <= 1000))) {
              return Failure("must be 0 or a number from 1 to 1000");
            }
            settings.engine.memory_overcommit = value;
            return {};
          },
          [](const Settings& settings) { return Formatted(settings.engine.memory_overcommit); }};
}

bool IsIdentifier(const std::string& text) {
  return std::all_of(text.begin(), text.end(),
                     [](unsigned char c) { return std::isalnum(c) != 0 || c == '_' || c >= 0x80; });
}

bool IsOriginOrEmpty(const std::string& text) { return text.empty() || http::IsOrigin(text); }

/// Items with commas; `valid` tells whether one will do, and `complaint` what all must be.
Setting List(std::string_view name, std::string_view description,
             std::vector<std::string>& (*field)(Settings&),
             bool (*valid)(const std::string&) = nullptr, const char* complaint = "") {
  return {name, description,
          [=](Settings& settings, const std::string& text) -> Status {
            std::vector<std::string> list;
            std::size_t start = 0;
            while (start <= text.size()) {
              const std::size_t end = std::min(text.find(',', start), text.size());
              std::string item = text.substr(start, end - start);
              std::erase(item, ' ');
              start = end + 1;
              if (item.empty()) continue;
              if (valid != nullptr && !valid(item)) return Failure(complaint);
              list.push_back(std::move(item));
            }
            field(settings) = std::move(list);
            return {};
          },
          [=](const Settings& settings) {
            auto copy = settings;
            std::string text;
            for (const auto& item : field(copy)) text += (text.empty() ? "" : ",") + item;
            return text;
          },
          /*is_list=*/true};
}

/// Properties that the operator does without. Not without all of those that keep a program from
/// the kernel, from the network and from root: what is left is no sandbox.
Setting AllowedMissing(std::string_view name, std::string_view description) {
  Setting setting = List(
      name, description,
      +[](Settings& s) -> std::vector<std::string>& { return s.allowed_missing; }, IsProperty,
      "must be filesystem, network, process, ipc, privileges, syscall_filter, memory_limit, "
      "process_limit or scratch_quota");
  setting.set = [set = setting.set](Settings& settings, const std::string& text) -> Status {
    Settings changed;
    if (Status done = set(changed, text); !done) return done;
    constexpr std::uint32_t kNotAll =
        sandbox::kSyscallFilter | sandbox::kNetworkIsolation | sandbox::kPrivilegesDropped;
    if ((WaivedProperties(changed) & kNotAll) == kNotAll) {
      return Failure(
          "must not name syscall_filter, network and privileges together: what is left is no "
          "sandbox");
    }
    settings.allowed_missing = std::move(changed.allowed_missing);
    return {};
  };
  setting.choices.assign(sandbox::kPropertyNames.begin(), sandbox::kPropertyNames.end());
  return setting;
}

/// The policy of every API; by default each has its own.
Setting PolicyOfAll(std::string_view name, std::string_view description) {
  std::vector<std::string> names;
  for (const Policy& policy : BuiltinPolicies()) names.push_back(policy.name);
  return {name,
          description,
          [](Settings& settings, const std::string& text) -> Status {
            settings.api.policy = text;
            return {};
          },
          [](const Settings& settings) {
            return settings.api.policy.empty() ? "each its own" : settings.api.policy;
          },
          /*is_list=*/false,
          std::move(names),
          "scientific"};
}

/// What a seed's setting asked for, and every zygote does anyway.
Setting Obsolete(std::string_view name, std::string_view description) {
  return {name,
          description,
          [](Settings& /*settings*/, const std::string& text) -> Status {
            std::string lower = text;
            std::transform(lower.begin(), lower.end(), lower.begin(),
                           [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
            if (lower != "true" && lower != "false" && lower != "1" && lower != "0") {
              return Failure("must be true or false");
            }
            return {};
          },
          [](const Settings& /*settings*/) { return std::string("true"); },
          /*is_list=*/false,
          {"true", "false"}};
}

std::vector<Setting> MakeTable() {
  constexpr std::uint64_t kMany = std::numeric_limits<std::int32_t>::max();
  return {
      Text(
          "host", "Address to listen on", +[](Settings& s) -> std::string& { return s.host; }),
      Number(
          "port", "TCP port to listen on; 0 lets the system choose",
          +[](Settings& s) -> std::uint16_t& { return s.port; }, 0, 65535),
      Text(
          "keys-file", "File of the API keys that `pyrunner key` makes",
          +[](Settings& s) -> std::string& { return s.keys_file; }),
      Flag(
          "insecure-no-auth",
          "Whether everybody who reaches the service may run programs, on whatever address it "
          "listens; false: on other addresses than loopback, or if there are keys, a key is needed",
          +[](Settings& s) -> bool& { return s.insecure_no_auth; }),
      PolicyOfAll("policy",
                  "Policy of all APIs: scientific, no-dangerous-imports, unsafe-calls, open, or "
                  "one of the file's"),
      OneOf("script-api", "Whose POST /execute with a script is",
            +[](Settings& s) -> std::string& { return s.api.script_api; }, {"cloudrun", "nsjail"}),
      Seconds(
          "execution-timeout", "Code executor: seconds that a program may run by default",
          +[](Settings& s) -> std::chrono::seconds& { return s.api.code_executor.default_timeout; },
          1, 600),
      Number(
          "max-memory-mb", "Code executor: MiB of memory that a program may have by default",
          +[](Settings& s) -> std::uint64_t& { return s.api.code_executor.default_memory_mb; }, 16,
          8192),
      Number(
          "max-output-size", "Code executor: bytes kept of each output stream",
          +[](Settings& s) -> std::uint64_t& { return s.api.code_executor.output_bytes; }, 1,
          1 << 30),
      List(
          "allowed-modules",
          "Code executor: modules beside the standard library's that can be imported",
          +[](Settings& s) -> std::vector<std::string>& {
            return s.api.code_executor.allowed_modules;
          },
          IsIdentifier, "must be names of modules, with commas"),
      Obsolete("bypass-setup", "Code executor: ignored, all modules are always imported before"),
      AtRunTime(Number(
          "max-running", "Programs that run at once",
          +[](Settings& s) -> std::uint32_t& { return s.engine.max_running; }, 1, 4096)),
      AtRunTime(Number(
          "max-queued", "Requests that may wait for their turn; more get 503",
          +[](Settings& s) -> std::uint32_t& { return s.engine.max_queued; }, 0, 1'000'000)),
      AtRunTime(Seconds(
          "queue-time", "Seconds a request may wait for its turn; then it gets 503",
          +[](Settings& s) -> std::chrono::milliseconds& { return s.engine.queue_time; }, 0.01,
          3600)),
      MemoryBudget("memory-budget-mb",
                   "MiB of memory for all running programs; 0: what the machine or the service's "
                   "cgroup has, less a reserve"),
      MemoryOvercommit(
          "memory-overcommit",
          "How often that memory may be promised: programs whose limits sum up to more "
          "wait; 0: no bound"),
      Number(
          "ready-sandboxes", "Sandboxes kept ready, of each zygote",
          +[](Settings& s) -> std::uint32_t& { return s.engine.ready_sandboxes; }, 1, 1024),
      Number(
          "max-ready-sandboxes",
          "Sandboxes kept ready at most, of each zygote, when requests come in bursts; 0: never "
          "more than --ready-sandboxes",
          +[](Settings& s) -> std::uint32_t& { return s.engine.max_ready_sandboxes; }, 0, 4096),
      Seconds(
          "ready-keep-time",
          "Seconds that as many sandboxes are kept ready as a burst asked for; then ever fewer",
          +[](Settings& s) -> std::chrono::seconds& { return s.engine.ready_keep_time; }, 1, 86400),
      Number(
          "output-kb", "KiB kept of each output stream, half of it head and half tail",
          +[](Settings& s) -> std::uint64_t& { return s.engine.output_bytes; }, 1, 1 << 20, 1024),
      Number(
          "output-stop-kb", "KiB of one output stream after which a program is stopped",
          +[](Settings& s) -> std::uint64_t& { return s.engine.output_stop_bytes; }, 1, kMany,
          1024),
      Number(
          "scratch-mb", "MiB of a program's /tmp",
          +[](Settings& s) -> std::uint64_t& { return s.engine.scratch_bytes; }, 1, 65536, kMiB),
      Number(
          "scratch-files", "Files and directories in a program's /tmp",
          +[](Settings& s) -> std::uint64_t& { return s.engine.scratch_inodes; }, 16, kMany),
      Number(
          "open-files", "Files a program may have open",
          +[](Settings& s) -> std::uint32_t& { return s.engine.open_files; }, 16, 65536),
      Number(
          "processes", "Threads a program may have, with its processes where a policy allows them",
          +[](Settings& s) -> std::uint32_t& { return s.engine.processes; }, 1, 32768),
      Processors("cpus", "Processors' worth of time for each program"),
      Seconds(
          "zygote-age", "Seconds after which a zygote is renewed",
          +[](Settings& s) -> std::chrono::seconds& { return s.engine.zygote_age; }, 1, 604800),
      Number(
          "zygote-runs", "Sandboxes after which a zygote is renewed",
          +[](Settings& s) -> std::uint32_t& { return s.engine.zygote_runs; }, 1, kMany),
      Number(
          "max-connections", "Connections at once; more get 503",
          +[](Settings& s) -> std::size_t& { return s.server.max_connections; }, 1, 1'000'000),
      Number(
          "max-connections-per-address", "Connections of one client address; 0: no bound",
          +[](Settings& s) -> std::size_t& { return s.server.max_connections_per_address; }, 0,
          1'000'000),
      Number(
          "max-body-kb", "KiB of a request's body; longer ones get 413",
          +[](Settings& s) -> std::uint64_t& { return s.server.max_body_bytes; }, 1, 1 << 20, 1024),
      List(
          "allowed-hosts",
          "Names, with commas, that a request's Host may have; by default those of the "
          "address it listens on if that is loopback, any otherwise",
          +[](Settings& s) -> std::vector<std::string>& { return s.server.allowed_hosts; }),
      AllowedMissing(
          "allow-missing",
          "Properties of sandboxes, with commas, without which to start where they cannot be had; "
          "`pyrunner doctor` names them"),
      List(
          "allowed-origins",
          "Origins, with commas, of other sites' web pages that may use the service",
          +[](Settings& s) -> std::vector<std::string>& { return s.server.allowed_origins; },
          IsOriginOrEmpty,
          "must be origins such as https://app.example.com, with commas and without a path; * is "
          "none, because every web page could run programs then"),
      AtRunTime(Seconds(
          "drain-time", "Seconds that running programs may take to end at shutdown",
          +[](Settings& s) -> std::chrono::seconds& { return s.drain_time; }, 0, 3600)),
      AtRunTime(Seconds(
          "drain-delay",
          "Seconds before that in which requests are still served, while /readyz says 503",
          +[](Settings& s) -> std::chrono::seconds& { return s.drain_delay; }, 0, 3600)),
      AtRunTime(OneOf("log-level", "What is logged",
                      +[](Settings& s) -> std::string& { return s.log_level; },
                      {"debug", "info", "warning", "error"})),
      OneOf("log-format", "How it is logged",
            +[](Settings& s) -> std::string& { return s.log_format; }, {"text", "json"}),
      OptionalFile(
          "audit-log", "File for a line about each program; - for the log's stream",
          +[](Settings& s) -> std::string& { return s.audit_log; }, "/var/log/pyrunner/audit.log"),
      Flag(
          "open-metrics", "GET /metrics needs no key, even where all else does",
          +[](Settings& s) -> bool& { return s.open_metrics; }),
  };
}

}  // namespace

const Policy* FindPolicy(const Settings& settings, std::string_view name) {
  if (const Policy* builtin = FindBuiltinPolicy(name)) return builtin;
  const auto found = std::find_if(settings.policies.begin(), settings.policies.end(),
                                  [&](const Policy& policy) { return policy.name == name; });
  return found != settings.policies.end() ? &*found : nullptr;
}

std::map<std::string, OwnPolicy, std::less<>> EnginePolicies(const Settings& settings) {
  using sandbox::SyscallProfile;
  const auto encode = [](const Policy& policy) -> OwnPolicy {
    return {EncodePolicy(policy),
            policy.processes ? SyscallProfile::kProcesses : SyscallProfile::kStrict};
  };
  std::map<std::string, OwnPolicy, std::less<>> policies;
  for (const Policy& policy : settings.policies) policies[policy.name] = encode(policy);
  const Policy* base = FindPolicy(settings, settings.api.PolicyOr("unsafe-calls"));
  policies[api::kCodeExecutorPolicy] =
      encode(api::CodeExecutorPolicy(*base, settings.api.code_executor));
  return policies;
}

std::uint32_t WaivedProperties(const Settings& settings) {
  std::uint32_t bits = 0;
  for (std::size_t i = 0; i < sandbox::kPropertyNames.size(); ++i) {
    const auto& all = settings.allowed_missing;
    if (std::find(all.begin(), all.end(), sandbox::kPropertyNames[i]) != all.end()) bits |= 1U << i;
  }
  return bits;
}

std::string Setting::EnvironmentName() const {
  std::string text = "PYRUNNER_" + FileKey();
  std::transform(text.begin(), text.end(), text.begin(),
                 [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  return text;
}

std::string Setting::FileKey() const {
  std::string text(name);
  std::replace(text.begin(), text.end(), '-', '_');
  return text;
}

const std::vector<Setting>& AllSettings() {
  static const std::vector<Setting> table = MakeTable();
  return table;
}

}  // namespace pyrunner::cli

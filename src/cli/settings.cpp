#include "cli/settings.h"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <limits>

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
  return {name, description,
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
          }};
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

Setting HostNames(std::string_view name, std::string_view description) {
  return {name, description,
          [](Settings& settings, const std::string& text) -> Status {
            settings.server.allowed_hosts.clear();
            std::size_t start = 0;
            while (start <= text.size()) {
              const std::size_t end = std::min(text.find(',', start), text.size());
              if (end > start) {
                settings.server.allowed_hosts.push_back(text.substr(start, end - start));
              }
              start = end + 1;
            }
            return {};
          },
          [](const Settings& settings) {
            std::string list;
            for (const auto& host : settings.server.allowed_hosts) {
              list += (list.empty() ? "" : ",") + host;
            }
            return list;
          },
          /*is_list=*/true};
}

std::vector<Setting> MakeTable() {
  constexpr std::uint64_t kMany = std::numeric_limits<std::int32_t>::max();
  return {
      Text(
          "host", "Address to listen on", +[](Settings& s) -> std::string& { return s.host; }),
      Number(
          "port", "TCP port to listen on; 0 lets the system choose",
          +[](Settings& s) -> std::uint16_t& { return s.port; }, 0, 65535),
      OneOf("policy", "Policy of every API: what a program may not even try",
            +[](Settings& s) -> std::string& { return s.policy; }, {"scientific", "open"}),
      Number(
          "max-running", "Programs that run at once",
          +[](Settings& s) -> std::uint32_t& { return s.engine.max_running; }, 1, 4096),
      Number(
          "max-queued", "Requests that may wait for their turn; more get 503",
          +[](Settings& s) -> std::uint32_t& { return s.engine.max_queued; }, 0, 1'000'000),
      Seconds(
          "queue-time", "Seconds a request may wait for its turn; then it gets 503",
          +[](Settings& s) -> std::chrono::milliseconds& { return s.engine.queue_time; }, 0.01,
          3600),
      Number(
          "ready-sandboxes", "Sandboxes kept ready, of each zygote",
          +[](Settings& s) -> std::uint32_t& { return s.engine.ready_sandboxes; }, 1, 1024),
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
          "processes", "Threads a program may have",
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
      HostNames("allowed-hosts",
                "Names, with commas, that a request's Host may have; by default those of the "
                "address it listens on if that is loopback, any otherwise"),
      Seconds(
          "drain-time", "Seconds that running programs may take to end at shutdown",
          +[](Settings& s) -> std::chrono::seconds& { return s.drain_time; }, 0, 3600),
      OneOf("log-level", "What is logged", +[](Settings& s) -> std::string& { return s.log_level; },
            {"debug", "info", "warning", "error"}),
      OneOf("log-format", "How it is logged",
            +[](Settings& s) -> std::string& { return s.log_format; }, {"text", "json"}),
  };
}

}  // namespace

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

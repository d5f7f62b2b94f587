#include "cli/config_example.h"

#include <fmt/core.h>

#include <algorithm>
#include <sstream>

#include "cli/policy_file.h"

namespace pyrunner::cli {
namespace {

constexpr std::size_t kWidth = 98;

const Setting* Find(std::string_view name) {
  const auto& all = AllSettings();
  const auto found =
      std::find_if(all.begin(), all.end(), [&](const Setting& s) { return s.name == name; });
  return found != all.end() ? &*found : nullptr;
}

/// Lines of a comment.
std::string Comment(std::string_view text) {
  std::istringstream words{std::string(text)};
  std::string lines;
  std::string line;
  for (std::string word; words >> word;) {
    if (!line.empty() && line.size() + 1 + word.size() > kWidth) {
      lines += "# " + line + "\n";
      line.clear();
    }
    line += (line.empty() ? "" : " ") + word;
  }
  return lines + "# " + line + "\n";
}

std::string Title(std::string_view title) {
  std::string line = fmt::format("# --- {} ", title);
  line.resize(std::max(line.size(), kWidth + 2), '-');
  return "\n" + line + "\n";
}

std::string Quoted(std::string_view text) {
  std::string quoted = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') quoted += '\\';
    quoted += c;
  }
  return quoted + "\"";
}

/// As TOML writes them, so that 1e5, 0x10, inf or 007 stay texts.
bool IsNumber(const std::string& text) {
  const bool shape = !text.empty() && text.front() != '.' && text.back() != '.' &&
                     text.find_first_not_of("0123456789.") == std::string::npos &&
                     std::count(text.begin(), text.end(), '.') <= 1;
  return shape && (text.front() != '0' || text.size() == 1 || text[1] == '.');
}

std::string Example(const Setting& setting) {
  const std::string value = setting.get(Settings());
  std::string text = "\n" + Comment(setting.description);
  if (setting.example.empty()) {
    return text + fmt::format("#{} = {}\n", setting.FileKey(), TomlValue(setting, value));
  }
  if (!value.empty()) text += Comment("Default: " + value);
  return text + fmt::format("#{} = {}\n", setting.FileKey(),
                            TomlValue(setting, std::string(setting.example)));
}

std::string ExampleOfPolicy() {
  std::string text = Title("Policies of your own");
  text += Comment(
      "Any number of tables [policies.NAME], at the end of the file. What all of them mean: "
      "docs/policy.md");
  text += "\n#[policies.classroom]\n";
  std::string table;
  for (const PolicyKey& key : PolicyKeys()) {
    std::string& part = key.example.starts_with("[policies.") ? table : text;
    part += "\n" + Comment(key.description);
    part += key.example.starts_with("[policies.")
                ? fmt::format("#{}\n", key.example)
                : fmt::format("#{} = {}\n", key.name, key.example);
  }
  return text + table;
}

}  // namespace

const std::vector<SettingsTopic>& SettingsTopics() {
  static const std::vector<SettingsTopic> topics = {
      {"Address", {"host", "port"}},
      {"Who may use it",
       {"keys-file", "insecure-no-auth", "open-metrics", "allowed-hosts", "allowed-origins"}},
      {"Policy and APIs",
       {"policy", "script-api", "execution-timeout", "max-memory-mb", "max-output-size",
        "allowed-modules", "bypass-setup"}},
      {"How many programs",
       {"max-running", "max-queued", "queue-time", "memory-budget-mb", "memory-overcommit"}},
      {"Sandboxes that are ready",
       {"ready-sandboxes", "max-ready-sandboxes", "ready-keep-time", "zygote-age", "zygote-runs"}},
      {"What one program may have",
       {"output-kb", "output-stop-kb", "scratch-mb", "scratch-files", "open-files", "processes",
        "cpus"}},
      {"Connections", {"max-connections", "max-connections-per-address", "max-body-kb"}},
      {"Start, end and log",
       {"allow-missing", "drain-time", "drain-delay", "log-level", "log-format", "audit-log"}}};
  return topics;
}

std::string TomlValue(const Setting& setting, const std::string& value) {
  if (setting.is_list) {
    std::string items;
    std::istringstream list(value);
    for (std::string item; std::getline(list, item, ',');) {
      items += (items.empty() ? "" : ", ") + Quoted(item);
    }
    return "[" + items + "]";
  }
  if (value == "true" || value == "false" || IsNumber(value)) return value;
  return Quoted(value);
}

std::string ConfigExample() {
  std::string text =
      "# PyRunner's configuration. A line that starts with # and a name is a setting with its\n"
      "# default: take the # away to change it. Flags of `pyrunner serve` win over the "
      "environment\n"
      "# (PYRUNNER_MAX_RUNNING=8), which wins over this file.\n"
      "#\n"
      "# `pyrunner config check FILE` tells whether a file is valid; `pyrunner config example`\n"
      "# prints this one.\n";
  for (const SettingsTopic& topic : SettingsTopics()) {
    text += Title(topic.title);
    for (const std::string_view name : topic.names) {
      if (const Setting* setting = Find(name)) text += Example(*setting);
    }
  }
  return text + ExampleOfPolicy();
}

}  // namespace pyrunner::cli

#include "cli/command_line.h"

#include <fmt/core.h>
#include <toml++/toml.h>

#include <CLI/CLI.hpp>
#include <cstdlib>
#include <map>
#include <sstream>

#include "base/text_file.h"
#include "cli/policy_file.h"

namespace pyrunner::cli {
namespace {

// Spellings that the platforms which start containers use, and those of the code executor.
const std::map<std::string_view, const char*>& BareNames() {
  static const std::map<std::string_view, const char*> names = {
      {"host", "HOST"},
      {"port", "PORT"},
      {"log-level", "LOG_LEVEL"},
      {"execution-timeout", "EXECUTION_TIMEOUT"},
      {"max-memory-mb", "MAX_MEMORY_MB"},
      {"max-output-size", "MAX_OUTPUT_SIZE"},
      {"allowed-modules", "ALLOWED_MODULES"},
      {"bypass-setup", "BYPASS_SETUP"}};
  return names;
}

Status Apply(const Setting& setting, Settings& settings, const std::string& value,
             const std::string& spelling) {
  if (Status set = setting.set(settings, value); !set) {
    return Failure(spelling + ": " + set.error().message);
  }
  return {};
}

/// A value as a flag would have it; a list with commas.
std::string TextOf(const toml::node& node) {
  if (const auto* text = node.as_string()) return text->get();
  if (const auto* list = node.as_array()) {
    std::string joined;
    for (const toml::node& item : *list) joined += (joined.empty() ? "" : ",") + TextOf(item);
    return joined;
  }
  std::ostringstream out;
  out << toml::node_view<const toml::node>(node);
  return out.str();
}

Status ApplyFile(const std::string& path, Settings& settings) {
  auto text = ReadTextFile(path);
  if (!text) return tl::unexpected(text.error());
  toml::table table;
  try {
    table = toml::parse(*text, path);
  } catch (const toml::parse_error& error) {
    std::ostringstream where;
    where << error.source().begin;
    return Failure(path + ": " + std::string(error.description()) + " at " + where.str());
  }
  for (const auto& [key, node] : table) {
    const std::string name(key.str());
    if (name == "policies") {
      const toml::table* tables = node.as_table();
      if (tables == nullptr) return Failure(path + ": policies: must be a table");
      auto policies = ReadPolicies(*tables);
      if (!policies) return Failure(fmt::format("{}: {}", path, policies.error().message));
      settings.policies = std::move(*policies);
      continue;
    }
    const auto& all = AllSettings();
    const auto setting =
        std::find_if(all.begin(), all.end(), [&](const Setting& s) { return s.FileKey() == name; });
    if (setting == all.end()) {
      return Failure(fmt::format("{}: there is no setting '{}'; `pyrunner serve --help` lists them",
                                 path, name));
    }
    if (node.is_array() && !setting->is_list) {
      return Failure(fmt::format("{}: {}: must be a single value", path, name));
    }
    const std::string spelling = fmt::format("{}: {}", path, name);
    if (Status set = Apply(*setting, settings, TextOf(node), spelling); !set) return set;
  }
  return {};
}

std::string PolicyNames(const Settings& settings) {
  std::string names;
  for (const auto* policies : {&BuiltinPolicies(), &settings.policies}) {
    for (const Policy& policy : *policies) names += (names.empty() ? "" : ", ") + policy.name;
  }
  return names;
}

/// Checked last: the file may define the policy that a flag names.
Status CheckPolicyName(const Settings& settings) {
  const std::string& name = settings.api.policy;
  if (name.empty() || FindPolicy(settings, name) != nullptr) return {};
  return Failure(fmt::format(
      "policy: there is no '{}'; there are {} and what the configuration file defines as "
      "[policies.NAME]",
      name, PolicyNames(settings)));
}

Status ApplyEnvironment(Settings& settings) {
  for (const Setting& setting : AllSettings()) {
    const auto bare = BareNames().find(setting.name);
    // The project's own name is the more specific one, so it comes last.
    std::vector<std::string> names;
    if (bare != BareNames().end()) names.emplace_back(bare->second);
    names.push_back(setting.EnvironmentName());
    for (const std::string& name : names) {
      const char* value = std::getenv(name.c_str());
      if (value == nullptr || *value == '\0') continue;
      std::string text = value;
      if (name == "LOG_LEVEL") {
        std::transform(text.begin(), text.end(), text.begin(),
                       [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
        if (text == "warn") text = "warning";
        if (text == "critical") text = "error";
      }
      if (Status set = Apply(setting, settings, text, name); !set) return set;
    }
  }
  return {};
}

}  // namespace

Result<Settings> ReadSettings(std::string file) {
  Settings settings;
  if (file.empty()) {
    if (const char* named = std::getenv("PYRUNNER_CONFIG")) file = named;
  }
  if (!file.empty()) {
    if (Status done = ApplyFile(file, settings); !done) return tl::unexpected(done.error());
  }
  if (Status done = ApplyEnvironment(settings); !done) return tl::unexpected(done.error());
  return settings;
}

Result<ServeCommand> ReadServeCommand(int argc, const char* const* argv) {
  CLI::App app("Runs untrusted Python over HTTP, each program in a kernel sandbox of its own.",
               "pyrunner serve");
  app.footer(
      "Every setting can also be given as PYRUNNER_MAX_RUNNING=... in the environment or as\n"
      "max_running = ... in the file; flags win over the environment, which wins over the file.");
  std::string file;
  app.add_option("--config", file, "Configuration file (TOML)");
  std::map<std::string_view, std::string> values;
  const Settings defaults;
  for (const Setting& setting : AllSettings()) {
    CLI::Option* option =
        app.add_option("--" + std::string(setting.name), values[setting.name],
                       std::string(setting.description))
            ->type_name("[" + setting.get(defaults) + "]");
    if (setting.is_switch) option->expected(0, 1);
  }
  ServeCommand command;
  try {
    app.parse(argc, argv);
  } catch (const CLI::CallForHelp&) {
    command.help = app.help();
    return command;
  } catch (const CLI::ParseError& error) {
    return Failure(std::string(error.what()) + "; `pyrunner serve --help` lists the flags");
  }
  auto settings = ReadSettings(file);
  if (!settings) return tl::unexpected(settings.error());
  command.settings = std::move(*settings);
  for (const Setting& setting : AllSettings()) {
    const std::string flag = "--" + std::string(setting.name);
    if (app.count(flag) == 0) continue;
    if (Status done = Apply(setting, command.settings, values[setting.name], flag); !done) {
      return tl::unexpected(done.error());
    }
  }
  if (Status done = CheckPolicyName(command.settings); !done) return tl::unexpected(done.error());
  return command;
}

}  // namespace pyrunner::cli

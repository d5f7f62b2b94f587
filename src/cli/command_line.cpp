#include "cli/command_line.h"

#include <fmt/core.h>
#include <toml++/toml.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cstdlib>
#include <map>
#include <sstream>

#include "base/text_file.h"
#include "cli/policy_file.h"
#include "cli/suggestion.h"

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

std::vector<std::string> FileKeys() {
  std::vector<std::string> names = {"policies"};
  for (const Setting& setting : AllSettings()) names.push_back(setting.FileKey());
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
      return Failure(
          fmt::format("{}: there is no setting '{}'{}", path, name,
                      DidYouMean(name, FileKeys(), "; `pyrunner serve --help` lists them")));
    }
    if (node.is_array() && !setting->is_list) {
      return Failure(fmt::format("{}: {}: must be a single value", path, name));
    }
    const std::string spelling = fmt::format("{}: {}", path, name);
    const std::string value = TextOf(node);
    if (value.empty() && setting->get(settings).empty()) continue;  // as in the environment
    if (Status set = Apply(*setting, settings, value, spelling); !set) return set;
  }
  return {};
}

std::vector<std::string> PolicyNames(const Settings& settings) {
  std::vector<std::string> names;
  for (const auto* policies : {&BuiltinPolicies(), &settings.policies}) {
    for (const Policy& policy : *policies) names.push_back(policy.name);
  }
  return names;
}

/// Kubernetes tells every container of each service, as PYRUNNER_PORT=tcp://10.0.0.1:8000,
/// PYRUNNER_PORT_8000_TCP_ADDR and so on if that service is called pyrunner.
bool IsOfKubernetes(std::string_view name, std::string_view value) {
  return name.starts_with("PYRUNNER_SERVICE_") || name.starts_with("PYRUNNER_PORT_") ||
         (name == "PYRUNNER_PORT" && value.find("://") != std::string_view::npos);
}

void WarnOfUnknownVariables(Settings& settings) {
  constexpr std::string_view kPrefix = "PYRUNNER_";
  std::vector<std::string> known = {"PYRUNNER_CONFIG"};
  for (const Setting& setting : AllSettings()) known.push_back(setting.EnvironmentName());
  for (char** variable = environ; *variable != nullptr; ++variable) {
    const std::string_view text = *variable;
    const std::string_view name = text.substr(0, text.find('='));
    if (!name.starts_with(kPrefix) || name.size() == text.size()) continue;
    if (std::find(known.begin(), known.end(), name) != known.end()) continue;
    if (IsOfKubernetes(name, text.substr(name.size() + 1))) continue;
    settings.warnings.push_back(
        fmt::format("{} is no setting and is ignored{}", name, DidYouMean(name, known)));
  }
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
      if (value == nullptr || *value == '\0' || IsOfKubernetes(name, value)) continue;
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

/// Flags as they were given.
struct Flags {
  std::string file;
  std::map<std::string_view, std::string> values;
};

std::unique_ptr<CLI::App> AppOf(Flags& flags) {
  auto app = std::make_unique<CLI::App>(
      "Runs untrusted Python over HTTP, each program in a kernel sandbox of its own.",
      "pyrunner serve");
  app->footer(
      "Every setting can also be given as PYRUNNER_MAX_RUNNING=... in the environment or as\n"
      "max_running = ... in the file; flags win over the environment, which wins over the file.\n"
      "`pyrunner config example` prints a file with all of them.");
  app->add_option("--config", flags.file, "Configuration file (TOML)")->type_name("FILE");
  const Settings defaults;
  for (const Setting& setting : AllSettings()) {
    auto* option = app->add_option("--" + std::string(setting.name), flags.values[setting.name],
                                   std::string(setting.description));
    option->type_name("[" + setting.get(defaults) + "]");
    if (setting.is_flag) option->expected(0, 1)->default_str("true");
  }
  return app;
}

}  // namespace

std::string DescribeUnknownPolicy(const Settings& settings, const std::string& name) {
  const std::vector<std::string> names = PolicyNames(settings);
  std::string all;
  for (const std::string& known : names) all += (all.empty() ? "" : ", ") + known;
  return fmt::format(
      "there is no '{}'{}", name,
      DidYouMean(name, names,
                 fmt::format("; there are {} and what the configuration file defines as "
                             "[policies.NAME]",
                             all)));
}

Status CheckPolicyName(const Settings& settings) {
  const std::string& name = settings.api.policy;
  if (name.empty() || FindPolicy(settings, name) != nullptr) return {};
  return Failure("policy: " + DescribeUnknownPolicy(settings, name));
}

Result<Settings> ReadSettings(std::string file) {
  Settings settings;
  if (file.empty()) {
    if (const char* named = std::getenv("PYRUNNER_CONFIG")) file = named;
  }
  if (!file.empty()) {
    if (Status done = ApplyFile(file, settings); !done) return tl::unexpected(done.error());
  }
  if (Status done = ApplyEnvironment(settings); !done) return tl::unexpected(done.error());
  WarnOfUnknownVariables(settings);
  return settings;
}

Result<ServeCommand> ReadServeCommand(int argc, const char* const* argv) {
  Flags flags;
  const auto app = AppOf(flags);
  ServeCommand command;
  auto help = ParseArguments(*app, argc, argv);
  if (!help) return tl::unexpected(help.error());
  if (*help) {
    command.help = std::move(*help);
    return command;
  }
  auto settings = ReadSettings(flags.file);
  if (!settings) return tl::unexpected(settings.error());
  command.settings = std::move(*settings);
  for (const Setting& setting : AllSettings()) {
    const std::string flag = "--" + std::string(setting.name);
    if (app->count(flag) == 0) continue;
    if (Status done = Apply(setting, command.settings, flags.values[setting.name], flag); !done) {
      return tl::unexpected(done.error());
    }
  }
  if (Status done = CheckPolicyName(command.settings); !done) return tl::unexpected(done.error());
  return command;
}

CommandManual ManualOfServe() {
  Flags flags;
  CommandManual manual = ManualOf(*AppOf(flags));
  for (const Setting& setting : AllSettings()) {
    FlagManual& flag = manual.Flag("--" + std::string(setting.name));
    flag.choices = setting.choices;
    if (setting.name.ends_with("-file") || setting.name == "audit-log") flag.value = "FILE";
  }
  return manual;
}

}  // namespace pyrunner::cli

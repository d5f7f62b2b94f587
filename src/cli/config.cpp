#include "cli/config.h"

#include <fmt/core.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <string>

#include "cli/command_line.h"
#include "cli/config_example.h"
#include "cli/exit_codes.h"

namespace pyrunner::cli {
namespace {

struct CheckCommand {
  std::string file;
};

std::unique_ptr<CLI::App> AppOf(CheckCommand& command) {
  auto app = std::make_unique<CLI::App>(
      "Tells whether the settings of a configuration file and of the environment are valid, and "
      "which\nof them differ from the defaults.",
      "pyrunner config check");
  app->add_option("FILE", command.file, "The file; by default PYRUNNER_CONFIG's")->type_name("");
  return app;
}

std::unique_ptr<CLI::App> AppOfExample() {
  return std::make_unique<CLI::App>(
      "Prints a configuration file (TOML) with every setting, its meaning and its default.",
      "pyrunner config example");
}

void PrintDifferences(const Settings& settings) {
  const Settings defaults;
  for (const Setting& setting : AllSettings()) {
    const std::string value = setting.get(settings);
    const std::string by_default = setting.get(defaults);
    if (value == by_default) continue;
    fmt::print("{} = {} (default: {})\n", setting.FileKey(), TomlValue(setting, value),
               by_default.empty() ? "none" : by_default);
  }
  for (const Policy& policy : settings.policies) fmt::print("[policies.{}]\n", policy.name);
}

}  // namespace

int PrintConfigExample(int argc, const char* const* argv) {
  const auto help = ParseArguments(*AppOfExample(), argc, argv);
  if (!help) return Complain(kUsageError, help.error().message);
  std::fputs(*help ? (*help)->c_str() : ConfigExample().c_str(), stdout);
  return 0;
}

CommandManual ManualOfConfigExample() { return ManualOf(*AppOfExample()); }

int CheckConfig(int argc, const char* const* argv) {
  CheckCommand command;
  const auto help = ParseArguments(*AppOf(command), argc, argv);
  if (!help) return Complain(kUsageError, help.error().message);
  if (*help) {
    std::fputs((*help)->c_str(), stdout);
    return 0;
  }
  const auto settings = ReadSettings(command.file);
  if (!settings) return Complain(kUsageError, settings.error().message);
  if (Status known = CheckPolicyName(*settings); !known) {
    return Complain(kUsageError, known.error().message);
  }
  for (const std::string& warning : settings->warnings) (void)Complain(0, warning);
  PrintDifferences(*settings);
  std::puts("valid");
  return 0;
}

CommandManual ManualOfConfigCheck() {
  CheckCommand command;
  return ManualOf(*AppOf(command));
}

}  // namespace pyrunner::cli

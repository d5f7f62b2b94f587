#include "cli/arguments.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <stdexcept>

#include "cli/suggestion.h"

namespace pyrunner::cli {
namespace {

std::vector<std::string> NamesOf(const CLI::Option& option) {
  std::vector<std::string> names;
  for (const std::string& name : option.get_snames()) names.push_back("-" + name);
  for (const std::string& name : option.get_lnames()) names.push_back("--" + name);
  if (names.empty()) names.push_back(option.get_name(/*positional=*/true));
  return names;
}

/// What is wrong with arguments that no option takes.
std::string DescribeExtras(const CLI::App& app, const std::string& see_help) {
  const std::vector<std::string> extras = app.remaining();
  const auto flag = std::find_if(extras.begin(), extras.end(), [](const std::string& extra) {
    return extra.size() > 1 && extra.starts_with('-');
  });
  if (flag == extras.end()) {
    return "'" + (extras.empty() ? "" : extras.front()) + "' is one argument too many" + see_help;
  }
  std::vector<std::string> names;
  for (const CLI::Option* option : app.get_options()) {
    for (std::string& name : NamesOf(*option)) {
      if (name.starts_with("--")) names.push_back(std::move(name));
    }
  }
  const std::string name = flag->substr(0, flag->find('='));
  return "there is no flag '" + name + "'" + DidYouMean(name, names, see_help);
}

FlagManual ManualOf(const CLI::Option& option) {
  FlagManual manual;
  manual.names = NamesOf(option);
  manual.description = option.get_description();
  manual.default_value = option.get_default_str();
  if (option.get_type_size_max() == 0 || option.get_expected_max() == 0) return manual;
  manual.value = option.get_type_name();
  manual.value_is_optional = option.get_expected_min() == 0;
  if (manual.value.starts_with('[') && manual.value.ends_with(']')) {
    manual.default_value = manual.value.substr(1, manual.value.size() - 2);
    manual.value = "VALUE";
  }
  // A check adds to the type what it checks.
  manual.value = manual.value.substr(0, manual.value.find(':'));
  if (manual.value.empty()) manual.value = "VALUE";
  return manual;
}

}  // namespace

FlagManual& CommandManual::Flag(const std::string& name) {
  for (FlagManual& flag : flags) {
    if (std::find(flag.names.begin(), flag.names.end(), name) != flag.names.end()) return flag;
  }
  throw std::out_of_range(name);
}

Result<std::optional<std::string>> ParseArguments(CLI::App& app, int argc,
                                                  const char* const* argv) {
  const std::string see_help = "; `" + app.get_name() + " --help` lists the flags";
  try {
    app.parse(argc, argv);
  } catch (const CLI::CallForHelp&) {
    return app.help();
  } catch (const CLI::ExtrasError&) {
    return Failure(DescribeExtras(app, see_help));
  } catch (const CLI::ParseError& error) {
    return Failure(std::string(error.what()) + see_help);
  }
  return std::nullopt;
}

CommandManual ManualOf(const CLI::App& app) {
  CommandManual manual{.description = app.get_description(), .footer = app.get_footer()};
  for (const CLI::Option* option : app.get_options()) {
    auto& list = option->get_positional() ? manual.arguments : manual.flags;
    list.push_back(ManualOf(*option));
  }
  return manual;
}

}  // namespace pyrunner::cli

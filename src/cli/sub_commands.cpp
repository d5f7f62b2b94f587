#include "cli/sub_commands.h"

#include <fmt/core.h>

#include <cstdio>

#include "cli/command_line.h"
#include "cli/completion.h"
#include "cli/config.h"
#include "cli/doctor.h"
#include "cli/exit_codes.h"
#include "cli/health.h"
#include "cli/key.h"
#include "cli/manual_page.h"
#include "cli/run.h"
#include "cli/serve.h"
#include "cli/suggestion.h"
#include "cli/version.h"

namespace pyrunner::cli {
namespace {

int PrintVersion(int /*argc*/, const char* const* /*argv*/) {
  std::printf("pyrunner %s\n", kVersion);
  return 0;
}

CommandManual ManualOfVersion() { return {.description = "Prints the version."}; }

/// The sub-command that the first words name, and how many words its name has.
struct Found {
  const SubCommand* command = nullptr;
  int words = 0;
};

Found Find(int argc, const char* const* argv) {
  const std::string first = argc > 1 ? argv[1] : "";
  const std::string both = argc > 2 ? first + " " + argv[2] : first;
  for (const SubCommand& command : AllSubCommands()) {
    if (command.name == both && argc > 2) return {&command, 2};
    if (command.name == first) return {&command, 1};
  }
  return {};
}

bool AsksForHelp(std::string_view word) {
  return word == "--help" || word == "-h" || word == "help";
}

/// Lines of usage of the commands whose name starts with this.
std::string Lines(std::string_view start) {
  std::string text;
  for (const SubCommand& command : AllSubCommands()) {
    if (command.hidden || !command.name.starts_with(start)) continue;
    const std::string line = fmt::format("{} {}", command.name, command.arguments);
    text += fmt::format("  {:<27}{}\n", line, command.summary);
  }
  return text;
}

/// What may have been meant: the second word where the first is one.
std::string DescribeUnknown(const std::string& first, const char* second) {
  std::vector<std::string> names;
  std::vector<std::string> seconds;
  for (const SubCommand& command : AllSubCommands()) {
    if (command.name.starts_with(first + " ")) {
      seconds.emplace_back(command.name.substr(first.size() + 1));
    }
    if (!command.hidden) names.emplace_back(command.name.substr(0, command.name.find(' ')));
  }
  if (seconds.empty()) {
    return fmt::format("there is no command '{}'{}", first,
                       DidYouMean(first, names, "; `pyrunner help` lists the commands"));
  }
  std::string list;
  for (const std::string& name : seconds) list += (list.empty() ? "" : ", ") + name;
  const std::string of_all = fmt::format("; there are {}", list);
  if (second == nullptr) return fmt::format("{}: which one{}", first, of_all);
  return fmt::format("{}: there is no '{}'{}", first, second, DidYouMean(second, seconds, of_all));
}

}  // namespace

const std::vector<SubCommand>& AllSubCommands() {
  static const std::vector<SubCommand> table = {
      {"serve", "[flags]", "run the service", Serve, ManualOfServe},
      {"run", "FILE|- [arguments]", "run one program in a sandbox", RunFile, ManualOfRun},
      {"doctor", "[flags]", "tell which isolation is in force here", Doctor, ManualOfDoctor},
      {"health", "[URL]", "ask a service whether it is well", Health, ManualOfHealth},
      {"key add", "NAME [flags]", "make an API key, and print it once", AddKey, ManualOfKeyAdd},
      {"key list", "", "tell what API keys there are", ListKeys, ManualOfKeyList},
      {"key revoke", "NAME", "let nobody in with an API key any more", RevokeKey,
       ManualOfKeyRevoke},
      {"config example", "", "print a configuration file with every setting", PrintConfigExample,
       ManualOfConfigExample},
      {"config check", "[FILE]", "tell whether the configuration is valid", CheckConfig,
       ManualOfConfigCheck},
      {"completion", "SHELL",
       "print the script that completes this command line in bash, zsh, fish", PrintCompletion,
       ManualOfCompletion},
      {"man", "", "print the manual page", PrintManualPage, ManualOfManualPage, /*hidden=*/true},
      {"version", "", "print the version", PrintVersion, ManualOfVersion},
  };
  return table;
}

std::string Usage() {
  return "usage: pyrunner COMMAND; `pyrunner COMMAND --help` lists its flags\n\n" + Lines("");
}

int RunSubCommand(int argc, const char* const* argv) {
  if (const auto [command, words] = Find(argc, argv); command != nullptr) {
    return command->run(argc - words, argv + words);
  }
  const std::string first = argc > 1 ? argv[1] : "";
  if (first == "--version") return PrintVersion(argc, argv);
  if (AsksForHelp(first)) {
    std::fputs(Usage().c_str(), stdout);
    return 0;
  }
  if (argc > 2 && AsksForHelp(argv[2]) && !Lines(first + " ").empty()) {
    std::fputs(Lines(first + " ").c_str(), stdout);
    return 0;
  }
  if (first.empty()) {
    std::fputs(Usage().c_str(), stderr);
    return kUsageError;
  }
  return Complain(kUsageError, DescribeUnknown(first, argc > 2 ? argv[2] : nullptr));
}

}  // namespace pyrunner::cli

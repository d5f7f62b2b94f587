#include <fmt/core.h>

#include "cli/completion.h"
#include "cli/completion_words.h"

namespace pyrunner::cli {
namespace {

/// fish knows \' and \\ within single quotes.
std::string Quoted(std::string_view text) {
  std::string quoted = "'";
  for (const char c : text) {
    if (c == '\'' || c == '\\') quoted += '\\';
    quoted += c;
  }
  return quoted + "'";
}

std::string Complete(const std::string& condition, const std::string& what,
                     std::string_view description) {
  std::string text = fmt::format("complete -c pyrunner -n {} {}", Quoted(condition), what);
  if (!description.empty()) text += " -d " + Quoted(description);
  return text + "\n";
}

/// Flags of `complete` for a value.
std::string Value(const FlagManual& flag) {
  if (!flag.choices.empty()) return "-x -a " + Quoted(Joined(flag.choices, " "));
  return IsFile(flag) ? "-r -F" : "-x";
}

std::string LinesOf(const SubCommand& command) {
  const CommandManual manual = command.manual();
  const std::string condition = fmt::format("__pyrunner_is {}", command.name);
  std::string text;
  for (const FlagManual& flag : manual.flags) {
    std::string what;
    for (const std::string& name : flag.names) {
      what += name.starts_with("--") ? "-l " + name.substr(2) : "-s " + name.substr(1);
      what += " ";
    }
    if (!flag.value.empty() && !flag.value_is_optional) what += Value(flag);
    text += Complete(condition, what, flag.description);
  }
  if (manual.arguments.empty()) return text;
  const FlagManual& first = manual.arguments.front();
  if (!first.choices.empty()) {
    text += Complete(condition, "-a " + Quoted(Joined(first.choices, " ")), first.description);
  } else if (IsFile(first)) {
    text += Complete(condition, "-F", "");
  }
  return text;
}

constexpr const char* kFunctions =
    R"(# fish completion for pyrunner; made by `pyrunner completion fish`.

# Whether the words after pyrunner begin with these.
function __pyrunner_is
    set -l words (commandline -opc)
    set -l last (math (count $argv) + 1)
    test (count $words) -ge $last
    and test "$words[2..$last]" = "$argv"
end

# Whether there are no other words after pyrunner than these.
function __pyrunner_only
    set -l words (commandline -opc)
    test (count $words) -eq (math (count $argv) + 1)
    and begin
        test (count $argv) -eq 0
        or __pyrunner_is $argv
    end
end

complete -c pyrunner -f
)";

}  // namespace

std::string FishCompletion(const std::vector<SubCommand>& commands) {
  std::string text = kFunctions;
  for (const FirstWord& word : FirstWords(commands)) {
    text += Complete("__pyrunner_only", "-a " + word.name, word.summary);
    for (const SubCommand* command : word.commands) {
      if (word.IsGroup()) {
        text += Complete("__pyrunner_only " + word.name, fmt::format("-a {}", SecondWord(*command)),
                         command->summary);
      }
      text += LinesOf(*command);
    }
  }
  return text;
}

}  // namespace pyrunner::cli

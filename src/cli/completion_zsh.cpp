#include <fmt/core.h>

#include "cli/completion.h"
#include "cli/completion_words.h"

namespace pyrunner::cli {
namespace {

/// Within a specification of _arguments these end a part.
std::string Escaped(std::string_view text) {
  std::string escaped;
  for (const char c : text) {
    if (c == '[' || c == ']' || c == ':' || c == '\\') escaped += '\\';
    escaped += c;
  }
  return escaped;
}

std::string Action(const FlagManual& flag) {
  if (!flag.choices.empty()) return "(" + Joined(flag.choices, " ") + ")";
  return IsFile(flag) ? "_files" : " ";
}

std::string Specification(const FlagManual& flag, const std::string& name) {
  std::string text = fmt::format("{}[{}]", name, Escaped(flag.description));
  if (!flag.value.empty()) {
    text += fmt::format("{}:{}:{}", flag.value_is_optional ? ":" : "", Escaped(flag.value),
                        Action(flag));
  }
  return ShellQuoted(text);
}

std::string Arguments(const SubCommand& command, std::string_view indent) {
  const CommandManual manual = command.manual();
  std::string text = "_arguments -s -S";
  const auto add = [&](const std::string& specification) {
    text += fmt::format(" \\\n{}  {}", indent, specification);
  };
  for (const FlagManual& flag : manual.flags) {
    for (const std::string& name : flag.names) add(Specification(flag, name));
  }
  if (!manual.arguments.empty()) {
    const FlagManual& first = manual.arguments.front();
    add(ShellQuoted(fmt::format("1:{}:{}", Escaped(first.names.front()), Action(first))));
    if (manual.arguments.size() > 1) add("'*:arguments:_files'");
  }
  return text + "\n";
}

std::string Described(const std::string& list, const std::vector<std::string>& entries) {
  return fmt::format("local -a {0}; {0}=({1}); _describe {0} {0}", list, Joined(entries, " "));
}

std::string CaseOf(const FirstWord& word) {
  const auto shift = [](int words) {
    std::string text = "shift words; (( CURRENT-- ))";
    return words == 1 ? text : text + "; " + text;
  };
  if (!word.IsGroup()) {
    return fmt::format("    {})\n      {}\n      {}      ;;\n", word.name, shift(1),
                       Arguments(*word.commands.front(), "      "));
  }
  std::vector<std::string> second;
  std::string cases;
  for (const SubCommand* command : word.commands) {
    second.push_back(ShellQuoted(fmt::format("{}:{}", SecondWord(*command), command->summary)));
    cases += fmt::format("        {})\n          {}\n          {}          ;;\n",
                         SecondWord(*command), shift(2), Arguments(*command, "          "));
  }
  return fmt::format(
      "    {})\n      if (( CURRENT == 3 )); then {}; return; fi\n      case $words[3] in\n{}"
      "      esac\n      ;;\n",
      word.name, Described("second", second), cases);
}

}  // namespace

std::string ZshCompletion(const std::vector<SubCommand>& commands) {
  std::vector<std::string> first;
  std::string cases;
  for (const FirstWord& word : FirstWords(commands)) {
    first.push_back(ShellQuoted(word.name + ":" + word.summary));
    cases += CaseOf(word);
  }
  return fmt::format(
      "#compdef pyrunner\n"
      "# zsh completion for pyrunner; made by `pyrunner completion zsh`.\n\n"
      "_pyrunner() {{\n"
      "  if (( CURRENT == 2 )); then {}; return; fi\n"
      "  case $words[2] in\n{}  esac\n}}\n\n"
      "if [[ $funcstack[1] == _pyrunner ]]; then _pyrunner \"$@\"; else compdef _pyrunner "
      "pyrunner; "
      "fi\n",
      Described("commands", first), cases);
}

}  // namespace pyrunner::cli

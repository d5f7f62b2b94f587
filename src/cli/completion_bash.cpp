#include <fmt/core.h>

#include "cli/completion.h"
#include "cli/completion_words.h"

namespace pyrunner::cli {
namespace {

std::string CompleteWords(const std::vector<std::string>& words) {
  return fmt::format("_pyrunner_reply -W {}", ShellQuoted(Joined(words, " ")));
}

/// What completes a value, or nothing where nobody knows it.
std::string CompleteValue(const FlagManual& flag) {
  if (!flag.choices.empty()) return CompleteWords(flag.choices);
  return IsFile(flag) ? "_pyrunner_files" : ":";
}

std::string CaseOf(const SubCommand& command) {
  const CommandManual manual = command.manual();
  std::vector<std::string> flags;
  std::string values;
  for (const FlagManual& flag : manual.flags) {
    flags.insert(flags.end(), flag.names.begin(), flag.names.end());
    if (flag.value.empty() || flag.value_is_optional) continue;
    values +=
        fmt::format("        {}) {}; return ;;\n", Joined(flag.names, " | "), CompleteValue(flag));
  }
  std::string text = fmt::format("    {})\n", ShellQuoted(command.name));
  if (!values.empty()) text += "      case $flag in\n" + values + "      esac\n";
  const std::string argument =
      manual.arguments.empty() ? ":" : CompleteValue(manual.arguments.front());
  return text + fmt::format(
                    "      if [[ $word == -* ]]; then {}; else {}; fi\n"
                    "      ;;\n",
                    CompleteWords(flags), argument);
}

constexpr const char* kFunctions =
    R"(# bash completion for pyrunner; made by `pyrunner completion bash`.

_pyrunner_reply() {
  mapfile -t COMPREPLY < <(compgen "$@" -- "$word")
}

_pyrunner_files() {
  compopt -o filenames 2>/dev/null
  _pyrunner_reply -f
}

_pyrunner() {
  local word=${COMP_WORDS[COMP_CWORD]} flag=${COMP_WORDS[COMP_CWORD - 1]} command=${COMP_WORDS[1]}
  COMPREPLY=()
  # --flag=value is three words where = is one that ends words.
  if [[ $word == = ]]; then
    word=''
  elif [[ $flag == = ]] && ((COMP_CWORD > 2)); then
    flag=${COMP_WORDS[COMP_CWORD - 2]}
  fi
)";

}  // namespace

std::string BashCompletion(const std::vector<SubCommand>& commands) {
  std::vector<std::string> first;
  std::string groups;
  std::string cases;
  for (const FirstWord& word : FirstWords(commands)) {
    first.push_back(word.name);
    for (const SubCommand* command : word.commands) cases += CaseOf(*command);
    if (!word.IsGroup()) continue;
    std::vector<std::string> second;
    second.reserve(word.commands.size());
    for (const SubCommand* command : word.commands) second.emplace_back(SecondWord(*command));
    groups += fmt::format(
        "    {0})\n"
        "      if ((COMP_CWORD == 2)); then {1}; return; fi\n"
        "      command=\"$command ${{COMP_WORDS[2]}}\"\n"
        "      ;;\n",
        word.name, CompleteWords(second));
  }
  std::string text = kFunctions;
  text += fmt::format("  if ((COMP_CWORD == 1)); then {}; return; fi\n", CompleteWords(first));
  if (!groups.empty()) text += "  case $command in\n" + groups + "  esac\n";
  return text + "  case $command in\n" + cases + "  esac\n}\n\ncomplete -F _pyrunner pyrunner\n";
}

}  // namespace pyrunner::cli

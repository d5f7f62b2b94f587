#include "cli/completion_words.h"

namespace pyrunner::cli {

std::vector<FirstWord> FirstWords(const std::vector<SubCommand>& commands) {
  std::vector<FirstWord> words;
  for (const SubCommand& command : commands) {
    if (command.hidden) continue;
    const std::string name(command.name.substr(0, command.name.find(' ')));
    if (words.empty() || words.back().name != name) {
      words.push_back({name, std::string(command.summary), {}});
    }
    words.back().commands.push_back(&command);
    if (words.back().commands.size() > 1) {
      words.back().summary += "; " + std::string(command.summary);
    }
  }
  return words;
}

std::string_view SecondWord(const SubCommand& command) {
  const std::size_t space = command.name.find(' ');
  return space == std::string_view::npos ? "" : command.name.substr(space + 1);
}

std::string Joined(const std::vector<std::string>& words, std::string_view between) {
  std::string text;
  for (const std::string& word : words) {
    if (!text.empty()) text += between;
    text += word;
  }
  return text;
}

std::string ShellQuoted(std::string_view text) {
  std::string quoted = "'";
  for (const char c : text) quoted += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return quoted + "'";
}

bool IsFile(const FlagManual& flag) { return flag.value == "FILE" || flag.names.front() == "FILE"; }

}  // namespace pyrunner::cli

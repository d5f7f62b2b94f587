// What the completion scripts of all shells have in common.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "cli/sub_commands.h"

namespace pyrunner::cli {

/// A word that may come first, and what it says. Of two words, the first.
struct FirstWord {
  std::string name;
  std::string summary;
  std::vector<const SubCommand*> commands;  // one with this name, or several with a second word
  [[nodiscard]] bool IsGroup() const { return commands.front()->name != name; }
};
[[nodiscard]] std::vector<FirstWord> FirstWords(const std::vector<SubCommand>& commands);

/// "check" of "config check".
[[nodiscard]] std::string_view SecondWord(const SubCommand& command);

[[nodiscard]] std::string Joined(const std::vector<std::string>& words, std::string_view between);

/// In single quotes, as bash and zsh read them.
[[nodiscard]] std::string ShellQuoted(std::string_view text);

/// Whether the value of the flag or argument is a file's name.
[[nodiscard]] bool IsFile(const FlagManual& flag);

}  // namespace pyrunner::cli

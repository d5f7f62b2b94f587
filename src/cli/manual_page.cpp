#include "cli/manual_page.h"

#include <fmt/core.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <memory>
#include <sstream>
#include <string_view>

#include "cli/completion_words.h"
#include "cli/exit_codes.h"
#include "cli/version.h"

namespace pyrunner::cli {
namespace {

std::unique_ptr<CLI::App> App() {
  return std::make_unique<CLI::App>("Prints the manual page pyrunner(1), for man.", "pyrunner man");
}

/// Text as roff reads it: nothing in it is a request, an escape or a hyphen to break at.
std::string Roff(std::string_view text) {
  std::string escaped;
  for (const char c : text) {
    if (c == '\\') {
      escaped += "\\e";
    } else if (c == '-') {
      escaped += "\\-";
    } else if ((c == '.' || c == '\'') && (escaped.empty() || escaped.back() == '\n')) {
      escaped += std::string("\\&") + c;
    } else {
      escaped += c;
    }
  }
  return escaped;
}

/// A paragraph in lines that are short enough for tools that look at the source.
std::string Paragraph(std::string_view text) {
  constexpr std::size_t kWidth = 72;
  std::istringstream words{std::string(text)};
  std::string lines;
  std::string line;
  for (std::string word; words >> word;) {
    if (!line.empty() && line.size() + 1 + word.size() > kWidth) {
      lines += Roff(line) + "\n";
      line.clear();
    }
    line += (line.empty() ? "" : " ") + word;
  }
  return lines + Roff(line) + "\n";
}

std::string Bold(std::string_view text) { return "\\fB" + Roff(text) + "\\fR"; }
std::string Italic(std::string_view text) { return "\\fI" + Roff(text) + "\\fR"; }

std::string Entry(const FlagManual& flag) {
  std::string names;
  for (const std::string& name : flag.names) {
    if (!names.empty()) names += ", ";
    names += name.starts_with('-') ? Bold(name) : Italic(name);
  }
  if (!flag.value.empty() && flag.names.front().starts_with('-')) names += " " + Italic(flag.value);
  std::string text = flag.description;
  if (!flag.default_value.empty()) text += " (default: " + flag.default_value + ")";
  return fmt::format(".TP\n{}\n{}", names, Paragraph(text));
}

/// Each line of a text for itself.
std::string Lines(const std::string& text) {
  std::istringstream lines(text);
  std::string roff;
  for (std::string line; std::getline(lines, line);) {
    if (!line.empty()) roff += (roff.empty() ? "" : ".br\n") + Paragraph(line);
  }
  return roff;
}

std::string SectionOf(const SubCommand& command) {
  const CommandManual manual = command.manual();
  std::string title(command.name);
  if (!command.arguments.empty()) title.append(" ").append(command.arguments);
  std::string text = fmt::format(".SS \"{}\"\n", Roff(title));
  text += Lines(manual.description);
  for (const FlagManual& argument : manual.arguments) text += Entry(argument);
  for (const FlagManual& flag : manual.flags) text += Entry(flag);
  if (!manual.footer.empty()) text += ".PP\n" + Lines(manual.footer);
  return text;
}

constexpr struct {
  int code;
  std::string_view meaning;
} kExitCodes[] = {
    {0, "success; of run also any other code of the program's own"},
    {1, "the policy refused the program; an attack of doctor got out; the service failed"},
    {kUsageError, "a flag, a setting or a file is wrong"},
    {kUnavailable, "no sandbox could be had"},
    {kHostLacksSomething, "the host lacks something that sandboxes need"},
    {kTimedOut, "the program ran out of time"},
    {kKilled, "the program ran out of memory, or was stopped"},
};

}  // namespace

std::string ManualPage(const std::vector<SubCommand>& commands) {
  std::string text = fmt::format(
      ".TH PYRUNNER 1 \"{}\" \"PyRunner {}\" \"User Commands\"\n"
      ".SH NAME\n"
      "pyrunner \\- run untrusted Python programs, each in a kernel sandbox of its own\n"
      ".SH SYNOPSIS\n",
      kVersionDate, kVersion);
  std::string sections;
  bool first = true;
  for (const SubCommand& command : commands) {
    if (command.hidden) continue;
    if (!first) text += ".br\n";
    first = false;
    text += Bold("pyrunner " + std::string(command.name));
    if (!command.arguments.empty()) text += " " + Roff(command.arguments);
    text += "\n";
    sections += SectionOf(command);
  }
  text += ".SH DESCRIPTION\n" +
          Paragraph(
              "A service that runs Python programs which come in over HTTP, each in a brand-new "
              "sandbox "
              "that is used once, and the same sandbox from the command line.") +
          ".SH COMMANDS\n" + sections + ".SH EXIT STATUS\n";
  for (const auto& [code, meaning] : kExitCodes) {
    text += fmt::format(".TP\n{}\n{}", Bold(std::to_string(code)), Paragraph(meaning));
  }
  text +=
      ".SH ENVIRONMENT\n"
      ".TP\n\\fBPYRUNNER_CONFIG\\fR\nThe configuration file, where no flag names one.\n"
      ".TP\n\\fBPYRUNNER_\\fR...\nEvery setting of \\fBpyrunner serve\\fR: PYRUNNER_MAX_RUNNING "
      "is\n"
      "\\-\\-max\\-running. Flags win over the environment, which wins over the file.\n"
      ".TP\n\\fBNO_COLOR\\fR\nIf it is not empty, nothing is coloured unless asked for.\n"
      ".SH FILES\n"
      ".TP\n\\fI/etc/pyrunner/pyrunner.toml\\fR\nThe configuration file of the installed "
      "service.\n";
  return text;
}

int PrintManualPage(int argc, const char* const* argv) {
  const auto help = ParseArguments(*App(), argc, argv);
  if (!help) return Complain(kUsageError, help.error().message);
  std::fputs(*help ? (*help)->c_str() : ManualPage(AllSubCommands()).c_str(), stdout);
  return 0;
}

CommandManual ManualOfManualPage() { return ManualOf(*App()); }

}  // namespace pyrunner::cli

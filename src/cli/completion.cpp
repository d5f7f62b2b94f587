#include "cli/completion.h"

#include <CLI/CLI.hpp>
#include <cstdio>
#include <memory>

#include "cli/exit_codes.h"
#include "cli/suggestion.h"

namespace pyrunner::cli {
namespace {

std::unique_ptr<CLI::App> AppOf(std::string& shell) {
  auto app = std::make_unique<CLI::App>(
      "Prints the script that completes pyrunner's command line in a shell.",
      "pyrunner completion");
  app->footer(
      "bash: pyrunner completion bash >/usr/share/bash-completion/completions/pyrunner\n"
      "zsh:  pyrunner completion zsh >/usr/share/zsh/vendor-completions/_pyrunner\n"
      "fish: pyrunner completion fish >/usr/share/fish/vendor_completions.d/pyrunner.fish");
  app->add_option("SHELL", shell, "bash, zsh or fish")->type_name("")->required();
  return app;
}

}  // namespace

int PrintCompletion(int argc, const char* const* argv) {
  std::string shell;
  const auto help = ParseArguments(*AppOf(shell), argc, argv);
  if (!help) return Complain(kUsageError, help.error().message);
  std::string text;
  if (*help) {
    text = **help;
  } else if (shell == "bash") {
    text = BashCompletion(AllSubCommands());
  } else if (shell == "zsh") {
    text = ZshCompletion(AllSubCommands());
  } else if (shell == "fish") {
    text = FishCompletion(AllSubCommands());
  } else {
    return Complain(kUsageError,
                    "there is no completion for '" + shell + "'" +
                        DidYouMean(shell, {"bash", "zsh", "fish"}, "; there are bash, zsh, fish"));
  }
  std::fputs(text.c_str(), stdout);
  return 0;
}

CommandManual ManualOfCompletion() {
  std::string shell;
  CommandManual manual = ManualOf(*AppOf(shell));
  manual.arguments.front().choices = {"bash", "zsh", "fish"};
  return manual;
}

}  // namespace pyrunner::cli

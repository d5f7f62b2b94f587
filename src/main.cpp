// pyrunner: the sub-commands.
#include <cstdio>
#include <string_view>

#include "cli/doctor.h"
#include "cli/health.h"
#include "cli/run.h"
#include "cli/serve.h"
#include "cli/version.h"

namespace {

constexpr const char* kUsage =
    "usage: pyrunner serve [flags]    run the service; --help lists the flags\n"
    "       pyrunner run FILE|-      run one program in a sandbox; --help lists the flags\n"
    "       pyrunner doctor          tell which isolation is in force here; --help lists the "
    "flags\n"
    "       pyrunner health [URL]    ask a service whether it is well; --help lists the flags\n"
    "       pyrunner version          print the version\n";

}  // namespace

int main(int argc, char** argv) {
  const std::string_view command = argc > 1 ? argv[1] : "";
  if (command == "serve") return pyrunner::cli::Serve(argc - 1, argv + 1);
  if (command == "run") return pyrunner::cli::RunFile(argc - 1, argv + 1);
  if (command == "doctor") return pyrunner::cli::Doctor(argc - 1, argv + 1);
  if (command == "health") return pyrunner::cli::Health(argc - 1, argv + 1);
  if (command == "version") {
    std::printf("pyrunner %s\n", pyrunner::cli::kVersion);
    return 0;
  }
  const bool asked = command == "--help" || command == "-h" || command == "help";
  std::fputs(kUsage, asked ? stdout : stderr);
  return asked ? 0 : 64;
}

// pyrunner: see cli/sub_commands.cpp.
#include "cli/sub_commands.h"

int main(int argc, char** argv) { return pyrunner::cli::RunSubCommand(argc, argv); }

#include "interpreter/program_pages.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <string>
#include <string_view>

#include "base/child_test_support.h"
#include "interpreter/interpreter_test_support.h"

namespace pyrunner::interpreter {
namespace {

// Each test is a process of its own, which may become a zygote.
class ProgramPagesTest : public PythonTest {
 protected:
  static Fd Procfs() { return Fd(::open("/proc", O_PATH | O_DIRECTORY | O_CLOEXEC)); }

  /// Runs a program in a fork of this process. Returns how many faults it took, at most 255.
  static int FaultsOfAProgram(const PreparedInterpreter& interpreter, const ProgramPages* pages) {
    return RunInChild([&] {
      const Fd null(::open("/dev/null", O_RDWR | O_CLOEXEC));
      ::dup2(null.get(), STDOUT_FILENO);
      if (pages != nullptr) pages->Prefault(wire::kAnyProgram);
      rusage before{};
      rusage after{};
      ::getrusage(RUSAGE_SELF, &before);
      ProgramRunner runner(interpreter, "/dev/null");
      wire::ProgramMessage program;
      program.code = "print('hello')\n";
      program.policy = "open";
      const ProgramEnd end = runner.Run(program, [](std::string_view) {});
      ::getrusage(RUSAGE_SELF, &after);
      CHILD_CHECK(!end.refusal && end.exit_code == 0);
      return static_cast<int>(std::min(255L, after.ru_minflt - before.ru_minflt));
    });
  }
};

TEST_F(ProgramPagesTest, AProgramTakesFewFaultsForPagesThatItGotAhead) {
  EXPECT_EQ(RunInChild([] {
              const auto interpreter = PreparedInterpreter::Make();
              CHILD_CHECK(interpreter);
              const auto pages = ProgramPages::Find(Procfs(), *interpreter);
              CHILD_CHECK(pages);
              const int without = FaultsOfAProgram(*interpreter, nullptr);
              const int with = FaultsOfAProgram(*interpreter, &*pages);
              CHILD_CHECK(without > 30);
              CHILD_CHECK(with < without / 2);
              return 0;
            }),
            0);
}

TEST_F(ProgramPagesTest, WhatTheProgramsPrintIsSeenByNobody) {
  EXPECT_EQ(RunInChild([] {
              int ends[2] = {-1, -1};
              CHILD_CHECK(::pipe(ends) == 0);
              ::dup2(ends[1], STDOUT_FILENO);
              ::dup2(ends[1], STDERR_FILENO);
              ::close(ends[1]);
              const auto interpreter = PreparedInterpreter::Make();
              CHILD_CHECK(interpreter);
              CHILD_CHECK(ProgramPages::Find(Procfs(), *interpreter));
              ::close(STDOUT_FILENO);
              ::close(STDERR_FILENO);
              char byte = 0;
              return ::read(ends[0], &byte, 1) == 0 ? 0 : 1;
            }),
            0);
}

TEST_F(ProgramPagesTest, WhatLibrariesDoAtTheirEndIsNotDone) {
  EXPECT_EQ(RunInChild([] {
              int ends[2] = {-1, -1};
              CHILD_CHECK(::pipe2(ends, O_NONBLOCK) == 0);
              const std::string registers = "import atexit, os\natexit.register(os.write, " +
                                            std::to_string(ends[1]) + ", b'!')\n";
              CHILD_CHECK(PyRun_SimpleString(registers.c_str()) == 0);
              const auto interpreter = PreparedInterpreter::Make();
              CHILD_CHECK(interpreter);
              CHILD_CHECK(ProgramPages::Find(Procfs(), *interpreter));
              char byte = 0;
              CHILD_CHECK(::read(ends[0], &byte, 1) == -1 && errno == EAGAIN);
              CHILD_CHECK(FaultsOfAProgram(*interpreter, nullptr) > 0);
              return ::read(ends[0], &byte, 1) == 1 ? 0 : 1;  // a program's end does it
            }),
            0);
}

}  // namespace
}  // namespace pyrunner::interpreter

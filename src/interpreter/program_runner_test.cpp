// Each program runs in a fork with a /tmp of its own, as in a sandbox, but without its walls.
#include "interpreter/program_runner.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sched.h>
#include <sys/mount.h>
#include <unistd.h>

#include <array>
#include <string>
#include <utility>
#include <vector>

#include "base/child_test_support.h"
#include "base/fd.h"
#include "interpreter/interpreter_test_support.h"

namespace pyrunner::interpreter {
namespace {

/// What one program left behind.
struct Ended {
  int exit_code = -1;
  std::string out;
  std::string err;
  bool refused = false;
  std::string reason;
  wire::Finished finished;
};

class ProgramRunnerTest : public PythonTest {
 protected:
  void SetUp() override {
    if (::geteuid() != 0) GTEST_SKIP() << "not root: no /tmp of its own";
  }

  static std::string ReadAll(const Fd& fd) {
    std::string text;
    std::array<char, 4096> buffer{};
    for (ssize_t size = 0; (size = ::read(fd.get(), buffer.data(), buffer.size())) > 0;) {
      text.append(buffer.data(), static_cast<std::size_t>(size));
    }
    return text;
  }

  static int RunInFork(const wire::ProgramMessage& program, const std::array<int, 4>& fds) {
    PyOS_AfterFork_Child();
    CHILD_CHECK(::unshare(CLONE_NEWNS) == 0);
    CHILD_CHECK(::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0);
    CHILD_CHECK(::mount("tmpfs", "/tmp", "tmpfs", 0, "size=8m") == 0 && ::chdir("/tmp") == 0);
    for (int i = 0; i < 3; ++i) CHILD_CHECK(::dup2(fds[static_cast<std::size_t>(i)], i) == i);
    auto runtime = RunRuntimeFile("sandbox_start.py");
    CHILD_CHECK(runtime);
    ProgramRunner runner(*runtime);
    runner.Rehearse();
    const ProgramEnd end = runner.Run(program, [](std::string_view) {});
    std::string frame;
    if (end.refusal) {
      wire::Append(*end.refusal, frame);
    } else {
      wire::Append(end.finished, frame);
    }
    CHILD_CHECK(::write(fds[3], frame.data(), frame.size()) == static_cast<ssize_t>(frame.size()));
    return end.exit_code;
  }

  static Ended RunMessage(wire::ProgramMessage program) {
    if (program.policy.empty()) program.policy = "open";
    std::array<std::array<int, 2>, 3> pipes{};
    for (auto& pipe : pipes) EXPECT_EQ(::pipe2(pipe.data(), O_CLOEXEC), 0);
    const Fd null(::open("/dev/null", O_RDWR | O_CLOEXEC));
    const pid_t pid = ForkChild([&] {
      return RunInFork(program, {null.get(), pipes[0][1], pipes[1][1], pipes[2][1]});
    });
    for (const auto& pipe : pipes) ::close(pipe[1]);
    Ended ended;
    ended.out = ReadAll(Fd(pipes[0][0]));
    ended.err = ReadAll(Fd(pipes[1][0]));
    wire::FrameReader frames(wire::kMaxSandboxPayload);
    EXPECT_TRUE(frames.Feed(ReadAll(Fd(pipes[2][0]))));
    ended.exit_code = WaitFor(pid);
    const auto frame = frames.Next();
    if (!frame) return ended;
    if (const auto refused = wire::DecodeRefused(frame->payload);
        refused && frame->type == wire::FrameType::kRefused) {
      ended.refused = true;
      ended.reason = refused->reason;
    } else if (const auto finished = wire::DecodeFinished(frame->payload)) {
      ended.finished = *finished;
    }
    return ended;
  }
  static Ended Run(const std::string& code) { return RunMessage({.code = code}); }
};

TEST_F(ProgramRunnerTest, RunsAProgram) {
  const Ended ended = Run("print('hello')\nimport sys\nprint('oops', file=sys.stderr)\n");
  EXPECT_EQ(ended.exit_code, 0);
  EXPECT_EQ(ended.out, "hello\n");
  EXPECT_EQ(ended.err, "oops\n");
  EXPECT_EQ(ended.finished.exception_type, "");
  EXPECT_GT(ended.finished.compile_nanoseconds, 0U);
  EXPECT_GT(ended.finished.run_nanoseconds, 0U);
}

TEST_F(ProgramRunnerTest, AProgramIsMain) {
  const Ended ended = Run("print(__name__, __file__, open(__file__).read().count('\\n'))\n");
  EXPECT_EQ(ended.out, "__main__ /tmp/main.py 1\n");
}

TEST_F(ProgramRunnerTest, AnUncaughtExceptionIsPrintedAndNamed) {
  const Ended ended = Run("def f():\n    return 1 / 0\nprint('before')\nf()\n");
  EXPECT_EQ(ended.exit_code, 1);
  EXPECT_EQ(ended.out, "before\n");
  EXPECT_EQ(ended.finished.exception_type, "ZeroDivisionError");
  EXPECT_EQ(ended.finished.line, 2);
  EXPECT_FALSE(ended.finished.memory_error);
  EXPECT_NE(ended.err.find("Traceback (most recent call last):\n  File \"/tmp/main.py\", line 4"),
            std::string::npos)
      << ended.err;
  EXPECT_NE(ended.err.find("return 1 / 0"), std::string::npos) << ended.err;
  EXPECT_TRUE(ended.err.ends_with("ZeroDivisionError: division by zero\n")) << ended.err;
}

TEST_F(ProgramRunnerTest, TheLineIsTheProgramsOwn) {
  const Ended ended = Run("import json\n\njson.loads('{')\n");
  EXPECT_EQ(ended.finished.exception_type, "JSONDecodeError");
  EXPECT_EQ(ended.finished.line, 3);
}

TEST_F(ProgramRunnerTest, ASyntaxErrorHasItsLine) {
  const Ended ended = Run("x = 1\ny = = 2\n");
  EXPECT_EQ(ended.exit_code, 1);
  EXPECT_EQ(ended.finished.exception_type, "SyntaxError");
  EXPECT_EQ(ended.finished.line, 2);
  EXPECT_NE(ended.err.find("SyntaxError: invalid syntax"), std::string::npos) << ended.err;
}

TEST_F(ProgramRunnerTest, ExitCodesAreAsPythonHasThem) {
  const std::vector<std::pair<std::string, int>> cases = {
      {"", 0},     {"None", 0}, {"0", 0},   {"7", 7},        {"True", 1},   {"255", 255},
      {"-1", 255}, {"256", 0},  {"259", 3}, {"2**100", 255}, {"'text'", 1}, {"(1, 2)", 1}};
  for (const auto& [argument, code] : cases) {
    EXPECT_EQ(Run("raise SystemExit(" + argument + ")").exit_code, code) << argument;
  }
  EXPECT_EQ(Run("raise SystemExit('said')").err, "said\n");
  EXPECT_EQ(Run("raise SystemExit(3)").err, "");
}

TEST_F(ProgramRunnerTest, AMemoryErrorIsToldByItsClass) {
  EXPECT_TRUE(Run("raise MemoryError()").finished.memory_error);
  const Ended ended = Run("class Mine(MemoryError): pass\nraise Mine\n");
  EXPECT_TRUE(ended.finished.memory_error);
  EXPECT_EQ(ended.finished.exception_type, "Mine");
}

TEST_F(ProgramRunnerTest, ARefusedProgramDoesNotRun) {
  const Ended ended = RunMessage({.policy = "scientific", .code = "print('ran')\nimport os\n"});
  EXPECT_TRUE(ended.refused);
  EXPECT_EQ(ended.reason, "Import of 'os' is not allowed");
  EXPECT_EQ(ended.out, "");
  EXPECT_EQ(ended.exit_code, 0);
}

TEST_F(ProgramRunnerTest, InputAndArgumentsArrive) {
  const Ended ended = RunMessage({.code = "import sys\nprint(sys.argv, input(), sys.stdin.read())",
                                  .standard_input = "first\nrest\n",
                                  .arguments = {"-x", "two words", "\xff"}});
  EXPECT_EQ(ended.out, "['main.py', '-x', 'two words', '\\udcff'] first rest\n\n") << ended.err;
}

TEST_F(ProgramRunnerTest, WithoutInputThereIsNone) {
  EXPECT_EQ(Run("input()").finished.exception_type, "EOFError");
}

// A coding cookie must not turn the text that was checked into another one.
TEST_F(ProgramRunnerTest, TheTextIsUtf8WhateverItSays) {
  EXPECT_EQ(Run("# coding: utf-7\nprint('+AGE-')").out, "+AGE-\n");
  EXPECT_EQ(Run("# -*- coding: latin-1 -*-\nprint('\xc3\xa9')").out, "\xc3\xa9\n");
  EXPECT_EQ(Run("\xef\xbb\xbfprint('after a byte order mark')").out, "after a byte order mark\n");
}

TEST_F(ProgramRunnerTest, ANulByteIsASyntaxError) {
  const Ended ended = Run(std::string("print(1)\0print(2)", 17));
  EXPECT_EQ(ended.finished.exception_type, "SyntaxError");
  EXPECT_EQ(ended.out, "");
}

TEST_F(ProgramRunnerTest, ThreadsAndExitFunctionsComeToTheirEnd) {
  const Ended ended =
      Run("import atexit, threading, time\n"
          "atexit.register(lambda: print('atexit'))\n"
          "threading.Thread(target=lambda: (time.sleep(0.05), print('thread'))).start()\n"
          "print('main')\n");
  EXPECT_EQ(ended.out, "main\nthread\natexit\n");
}

TEST_F(ProgramRunnerTest, ObjectsOfTheModuleAreFinalised) {
  EXPECT_EQ(Run("class C:\n  def __del__(self): print('gone')\nc = C()\n").out, "gone\n");
}

TEST_F(ProgramRunnerTest, AnExceptionThatCannotBePrintedIsNoCrash) {
  const Ended ended = Run("class E(Exception):\n  def __str__(self): raise E\nraise E\n");
  EXPECT_EQ(ended.exit_code, 1);
  EXPECT_EQ(ended.finished.exception_type, "E");
}

TEST_F(ProgramRunnerTest, AProgramMayTakeItsOutputAway) {
  const Ended ended = Run("import sys\nsys.stdout = sys.stderr = None\n1/0\n");
  EXPECT_EQ(ended.exit_code, 1);
  EXPECT_EQ(ended.finished.exception_type, "ZeroDivisionError");
  EXPECT_EQ(Run("import sys\nsys.stdout.close()\n").exit_code, 0);
}

TEST_F(ProgramRunnerTest, EndlessRecursionIsAnException) {
  EXPECT_EQ(Run("def f(): f()\nf()\n").finished.exception_type, "RecursionError");
  const Ended ended = Run("x = " + std::string(5000, '(') + std::string(5000, ')'));
  EXPECT_EQ(ended.exit_code, 1) << "too deep for the parser, but not for us";
}

}  // namespace
}  // namespace pyrunner::interpreter

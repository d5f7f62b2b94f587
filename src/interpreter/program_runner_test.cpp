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
#include "policy/policy.h"

namespace pyrunner::interpreter {
namespace {

/// What one program left behind.
struct Ended {
  int exit_code = -1;
  std::string out;
  std::string err;
  bool refused = false;
  wire::Refused::Cause cause{};
  std::string reason;
  std::string result;
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
    ::setenv("TMPDIR", "/tmp", 1);
    auto interpreter = PreparedInterpreter::Make();
    CHILD_CHECK(interpreter);
    ProgramRunner runner(*interpreter);
    runner.Rehearse();
    std::string frame;
    const ProgramEnd end = runner.Run(program, [&](std::string_view json) {
      wire::AppendFrame(wire::FrameType::kResult, json, frame);
    });
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
    auto frame = frames.Next();
    if (frame && frame->type == wire::FrameType::kResult) {
      ended.result = frame->payload;
      frame = frames.Next();
    }
    if (!frame) return ended;
    if (const auto refused = wire::DecodeRefused(frame->payload);
        refused && frame->type == wire::FrameType::kRefused) {
      ended.refused = true;
      ended.cause = refused->cause;
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

class MainTest : public ProgramRunnerTest {
 protected:
  static Ended Call(const std::string& code, const std::string& policy = "open") {
    return RunMessage({.policy = policy, .call_main = true, .code = code});
  }
};

TEST_F(MainTest, ItsValueIsTheResult) {
  const Ended ended =
      Call("print('before')\ndef main():\n  print('in')\n  return {'a': [1, 2.5]}\n");
  EXPECT_EQ(ended.result, "{\"a\": [1, 2.5]}");
  EXPECT_EQ(ended.out, "before\nin\n");
  EXPECT_EQ(ended.exit_code, 0);
}

TEST_F(MainTest, MayBeAsync) { EXPECT_EQ(Call("async def main():\n  return 1\n").result, "1"); }

TEST_F(MainTest, WithoutOneNothingIsRun) {
  for (const char* code : {"", "print('ran')", "def f():\n  def main(): pass\n", "main\n",
                           "class A:\n  def main(self): pass\n", "x.main = 1", "f(main=1)"}) {
    const Ended ended = Call(code);
    EXPECT_TRUE(ended.refused) << code;
    EXPECT_EQ(ended.cause, wire::Refused::Cause::kNoMain) << code;
    EXPECT_EQ(ended.out, "");
  }
}

TEST_F(MainTest, MayBeMadeInManyWays) {
  for (const char* code :
       {"main = lambda: 7", "if True:\n  def main(): return 7",
        "def f():\n  global main\n  main = lambda: 7\nf()", "def g(): return 7\nmain = g",
        "try:\n  main = lambda: 7\nfinally: pass", "for main in [lambda: 7]: pass",
        "class main(int):\n  def __new__(cls): return 7", "def f(): pass\nmain = lambda: 7"}) {
    EXPECT_EQ(Call(code).result, "7") << code;
  }
}

TEST_F(MainTest, ThatIsGoneOrCannotBeCalledIsAnException) {
  EXPECT_EQ(Call("def main(): pass\ndel main\n").finished.exception_text,
            "NameError: name 'main' is not defined");
  EXPECT_EQ(Call("main = 5\n").finished.exception_text, "TypeError: 'int' object is not callable");
  EXPECT_EQ(Call("def main(x): pass\n").finished.exception_text,
            "TypeError: main() missing 1 required positional argument: 'x'");
}

TEST_F(MainTest, AValueThatIsNoJsonIsAnExceptionOfTheResult) {
  const struct {
    const char* value;
    const char* text;
  } cases[] = {
      {"{1}", "TypeError: Object of type set is not JSON serializable"},
      {"float('nan')", "ValueError: Out of range float values are not JSON compliant"},
      {"{(1, 2): 3}", "TypeError: keys must be str, int, float, bool or None, not tuple"},
  };
  for (const auto& c : cases) {
    const Ended ended = Call(std::string("def main(): return ") + c.value);
    EXPECT_EQ(ended.finished.exception_text, c.text);
    EXPECT_TRUE(ended.finished.in_result);
    EXPECT_EQ(ended.result, "");
  }
  EXPECT_FALSE(Call("def main(): 1/0").finished.in_result);
}

TEST_F(MainTest, ASyntaxErrorIsARefusal) {
  const Ended ended = Call("def main():\n  return {a b}\n");
  EXPECT_EQ(ended.cause, wire::Refused::Cause::kSyntax);
  EXPECT_EQ(ended.reason, "invalid syntax. Perhaps you forgot a comma?");
  EXPECT_EQ(ended.err, "");
}

// What reading a program cannot tell is caught when it happens.
TEST_F(ProgramRunnerTest, ImportsAtRunTimeObeyThePolicy) {
  Policy lab = *FindBuiltinPolicy("scientific");
  lab.name = "lab";
  lab.refused_builtins.clear();
  const auto run = [&](const std::string& code) {
    return RunMessage({.policy = "lab", .policy_definition = EncodePolicy(lab), .code = code});
  };
  EXPECT_EQ(run("exec('import os')").finished.exception_text,
            "ImportError: Import of 'os' is not allowed");
  EXPECT_EQ(run("exec('from threading import Thread', {})").finished.exception_text,
            "ImportError: Import from 'threading' is not in the allowed list");
  const Ended caught = run("try:\n  exec('import os')\nexcept ImportError as e: print(e)\n");
  EXPECT_EQ(caught.out, "Import of 'os' is not allowed\n");
  EXPECT_EQ(run("exec('import math, json.decoder')\nimport logging\n").exit_code, 0)
      << "what libraries import for themselves is theirs";
}

TEST_F(ProgramRunnerTest, AMissingModuleIsToldInTheOperatorsWordsAlone) {
  Policy policy;
  policy.allow_standard_library = true;
  policy.check_imports_at_run_time = true;
  policy.missing_module = "No module named '{}'\nSorry.";
  const auto run = [&](const std::string& code) {
    return RunMessage({.policy = "p", .policy_definition = EncodePolicy(policy), .code = code});
  };
  const Ended ended = run("import math\nprint('so far')\nimport nowhere.at.all\n");
  EXPECT_EQ(ended.out, "so far\n");
  EXPECT_EQ(ended.err, "ImportError: No module named 'nowhere'\nSorry.");
  EXPECT_EQ(ended.exit_code, 1);
  EXPECT_NE(run("def f():\n  raise ImportError('mine')\nf()\n").err.find("Traceback"),
            std::string::npos);
}

TEST_F(ProgramRunnerTest, AnUnknownPolicyRunsNothing) {
  for (const char* name : {"none", "Open"}) {
    const Ended ended = RunMessage({.policy = name, .code = "print(1)"});
    EXPECT_TRUE(ended.refused);
    EXPECT_EQ(ended.reason, "The policy '" + std::string(name) + "' does not exist");
    EXPECT_EQ(ended.out, "");
  }
  const Ended damaged = RunMessage({.policy = "x", .policy_definition = "x", .code = "print(1)"});
  EXPECT_TRUE(damaged.refused);
}

}  // namespace
}  // namespace pyrunner::interpreter

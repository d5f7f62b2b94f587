#include "base/pidfd.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <ctime>

#include "base/child_test_support.h"

namespace pyrunner {
namespace {

using namespace std::chrono_literals;

int SleepForever() {
  while (true) ::pause();
}

bool WaitForEnd(const Pidfd& process) {
  pollfd descriptor{process.get(), POLLIN, 0};
  return ::poll(&descriptor, 1, 10'000) == 1;
}

Pidfd Open(pid_t pid) {
  auto process = Pidfd::Open(pid);
  EXPECT_TRUE(process) << process.error().message;
  return process ? std::move(*process) : Pidfd();
}

TEST(Pidfd, TellsTheExitCode) {
  for (const int code : {0, 1, 42, 255}) {
    const Pidfd process = Open(ForkChild([code] { return code; }));
    ASSERT_TRUE(WaitForEnd(process));
    ProcessEnd end{.exit_code = -1, .signal = -1};
    const auto reaped = TryReap(process.get(), end);
    ASSERT_TRUE(reaped && *reaped);
    EXPECT_EQ(end.exit_code, code);
    EXPECT_EQ(end.signal, 0);
  }
}

TEST(Pidfd, TellsTheSignal) {
  for (const int signal : {SIGKILL, SIGTERM, SIGSEGV, SIGSYS}) {
    const Pidfd process = Open(ForkChild([signal] {
      ::signal(signal, SIG_DFL);  // A sanitizer has a handler for some.
      return ::raise(signal);
    }));
    ASSERT_TRUE(WaitForEnd(process));
    ProcessEnd end;
    const auto reaped = TryReap(process.get(), end);
    ASSERT_TRUE(reaped && *reaped);
    EXPECT_EQ(end.signal, signal);
    EXPECT_EQ(end.exit_code, 0);
  }
}

TEST(Pidfd, Signals) {
  const pid_t pid = ForkChild(SleepForever);
  ASSERT_TRUE(Open(pid).Signal(SIGKILL));
  EXPECT_EQ(WaitFor(pid), -SIGKILL);
}

TEST(Pidfd, TryReapDoesNotWaitForARunningChild) {
  const Pidfd process = Open(ForkChild(SleepForever));
  ProcessEnd end{.exit_code = 7};
  const auto reaped = TryReap(process.get(), end);
  ASSERT_TRUE(reaped);
  EXPECT_FALSE(*reaped);
  EXPECT_EQ(end.exit_code, 7) << "the end of a running process was filled in";
  ASSERT_TRUE(process.Signal(SIGKILL));
  ASSERT_TRUE(WaitForEnd(process));
  EXPECT_TRUE(TryReap(process.get(), end).value_or(false));
}

// Asio makes its descriptors non-blocking, and waitid then answers differently.
TEST(Pidfd, TryReapKnowsANonBlockingPidfd) {
  const Pidfd process = Open(ForkChild(SleepForever));
  ASSERT_EQ(::fcntl(process.get(), F_SETFL, O_NONBLOCK), 0);
  ProcessEnd end;
  const auto running = TryReap(process.get(), end);
  ASSERT_TRUE(running) << running.error().message;
  EXPECT_FALSE(*running);
  ASSERT_TRUE(process.Signal(SIGKILL));
  ASSERT_TRUE(WaitForEnd(process));
  const auto reaped = TryReap(process.get(), end);
  ASSERT_TRUE(reaped && *reaped);
  EXPECT_EQ(end.signal, SIGKILL);
}

TEST(Pidfd, ReapsOnce) {
  const pid_t pid = ForkChild([] { return 0; });
  const Pidfd process = Open(pid);
  ASSERT_TRUE(WaitForEnd(process));
  ProcessEnd end;
  ASSERT_TRUE(TryReap(process.get(), end).value_or(false));
  const auto again = TryReap(process.get(), end);
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().code, ECHILD);
  EXPECT_EQ(::kill(pid, 0), -1) << "the child is still a zombie";
}

TEST(Pidfd, MeasuresCpuTime) {
  const auto busy = [](std::chrono::nanoseconds time) {
    timespec now{};
    do {
      ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    } while (std::chrono::seconds(now.tv_sec) + std::chrono::nanoseconds(now.tv_nsec) < time);
    return 0;
  };
  const Pidfd process = Open(ForkChild([&] { return busy(60ms); }));
  ASSERT_TRUE(WaitForEnd(process));
  ProcessEnd end;
  ASSERT_TRUE(TryReap(process.get(), end).value_or(false));
  EXPECT_GE(end.cpu_time, 40ms);
  EXPECT_LE(end.cpu_time, 5s);
}

TEST(Pidfd, SleepingCostsNoCpuTime) {
  const Pidfd process = Open(ForkChild([] {
    ::usleep(100'000);
    return 0;
  }));
  ASSERT_TRUE(WaitForEnd(process));
  ProcessEnd end;
  ASSERT_TRUE(TryReap(process.get(), end).value_or(false));
  EXPECT_LT(end.cpu_time, 80ms);
}

TEST(Pidfd, SignallingAProcessThatIsGoneIsNoError) {
  const Pidfd process = Open(ForkChild([] { return 0; }));
  ASSERT_TRUE(WaitForEnd(process));
  EXPECT_TRUE(process.Signal(SIGKILL)) << "a zombie";
  ProcessEnd end;
  ASSERT_TRUE(TryReap(process.get(), end).value_or(false));
  EXPECT_TRUE(process.Signal(SIGKILL)) << "reaped";
}

TEST(Pidfd, DestroyingItNeitherKillsNorReaps) {
  const pid_t pid = ForkChild(SleepForever);
  { const Pidfd process = Open(pid); }
  EXPECT_EQ(::kill(pid, 0), 0);
  ::kill(pid, SIGKILL);
  EXPECT_EQ(WaitFor(pid), -SIGKILL);
}

TEST(Pidfd, ErrorsNameTheOperation) {
  const auto none = Pidfd::Open(0x3fffffff);
  ASSERT_FALSE(none);
  EXPECT_EQ(none.error().code, ESRCH);
  EXPECT_EQ(none.error().message, "pidfd_open 1073741823: No such process");

  const Fd null(::open("/dev/null", O_RDONLY | O_CLOEXEC));
  EXPECT_FALSE(SignalProcess(null.get(), SIGTERM));
  ProcessEnd end;
  EXPECT_FALSE(TryReap(null.get(), end));
}

}  // namespace
}  // namespace pyrunner

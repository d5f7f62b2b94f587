// Isolation as a whole. The test's own program is started as a zygote, by the real launcher, and
// forks one sandbox in the order of interpreter/main.cpp and interpreter/zygote.cpp, without
// Python.
#include "sandbox/isolation.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <linux/capability.h>
#include <linux/sched.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/child_test_support.h"
#include "base/unix_socket.h"
#include "sandbox/cgroup.h"
#include "sandbox/credentials.h"
#include "sandbox/identity.h"
#include "sandbox/landlock.h"
#include "sandbox/namespaces.h"
#include "sandbox/properties.h"
#include "sandbox/root.h"
#include "sandbox/seccomp_policy.h"
#include "sandbox/zygote_launcher.h"
#include "wire/zygote_messages.h"

namespace pyrunner::sandbox {
namespace {

constexpr std::uint64_t kMiB = std::uint64_t{1} << 20U;

/// What is left out or wrong in a sandbox, to see that its own check notices.
enum class Flaw : std::uint32_t {
  kNone,
  kNoFilter,       // a filter that allows everything
  kLargeScratch,   // more than promised
  kManyProcesses,  // more than promised
  kUnmappedUser,   // a step fails
  kNotIsolated,    // no step was taken at all
};

struct TestRequest {
  Flaw flaw{};
};

struct TestReport {
  std::array<char, 32> step{};  // that failed
  std::int32_t error = 0;
  std::uint32_t properties = 0;
  std::int32_t wrong_line = 0;  // of a check below that found something wrong
};

#define PROBE(condition) \
  if (!(condition)) return __LINE__

bool Fails(long result, int error) { return result < 0 && errno == error; }

/// Looks around as a program could. Returns the line of the first thing that should not be.
int LookAround() {
  for (const char* path : {"/usr/lib", "/etc/passwd", "/dev/null", "/tmp"}) {
    PROBE(::access(path, F_OK) == 0);
  }
  for (const char* path :
       {"/proc", "/sys", "/home", "/root", "/run", "/var", "/boot", "/srv", "/mnt", "/dev/shm",
        "/dev/pts", "/dev/tty", "/etc/hosts", "/etc/ssl", "/etc/shadow"}) {
    PROBE(::access(path, F_OK) != 0);
  }
  utsname name{};
  PROBE(::uname(&name) == 0 && std::string_view(name.nodename) == "sandbox");
  std::array<char, 16> directory{};
  PROBE(::getcwd(directory.data(), directory.size()) != nullptr);
  PROBE(std::string_view(directory.data()) == "/tmp");

  PROBE(Fails(::open("/tmp/../etc/passwd", O_RDWR | O_CLOEXEC), EACCES) || errno == EROFS);
  const int file = ::open("/tmp/file", O_RDWR | O_CREAT | O_CLOEXEC, 0700);
  PROBE(file >= 0);
  PROBE(::posix_fallocate(file, 0, 2 * kMiB) != 0);  // twice the quota
  ::close(file);
  int files = 0;
  while (files < 1000) {
    char path[32];
    std::snprintf(path, sizeof path, "/tmp/%d", files);
    const int one = ::open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    if (one < 0) break;
    ::close(one);
    ++files;
  }
  PROBE(files < 64);

  PROBE(Fails(::syscall(SYS_execve, "/usr/bin/true", nullptr, nullptr), EPERM));
  PROBE(Fails(::syscall(SYS_setresuid, 0, 0, 0), EPERM));
  PROBE(Fails(::syscall(SYS_kill, -1, SIGKILL), EPERM));
  PROBE(::syscall(SYS_kill, 1, 0) == 0);
  PROBE(::prctl(PR_GET_DUMPABLE, 0, 0, 0, 0) == 0);
  return 0;
}

#undef PROBE

/// All that go together.
Layers FullLayers() {
  Layers layers = Layers::All();
  layers.Remove(Layer::kChroot);
  return layers;
}

SeccompProgram AllowEverything() {
  std::vector<SyscallRule> no_rules;
  auto program = CompileSeccomp(no_rules, Verdict{Verdict::Kind::kAllow, 0});
  return program ? std::move(*program) : SeccompProgram();
}

[[noreturn]] void RunSandbox(const TestRequest& request, IsolationPlan plan, int control) {
  TestReport report;
  const auto joined = JoinCgroups(plan);
  StepResult step = joined;
  if (step.ok() && request.flaw != Flaw::kNotIsolated) step = Isolate(plan);
  if (!step.ok()) {
    std::snprintf(report.step.data(), report.step.size(), "%s", step.step);
    report.error = step.error;
  } else {
    if (request.flaw == Flaw::kLargeScratch) plan.scratch_bytes /= 2;
    if (request.flaw == Flaw::kManyProcesses) plan.processes -= 1;
    report.properties = VerifyIsolation(plan);
    if (request.flaw == Flaw::kNone) report.wrong_line = LookAround();
  }
  // sendmsg is refused by now.
  const ssize_t told = ::write(control, &report, sizeof report);
  ::_exit(told == sizeof report ? 0 : 1);
}

/// What pyrunner-zygote does, with one fork. Returns an exit code.
int RunZygote() {
  const auto check = [](const Status& status) {
    if (!status) std::fprintf(stderr, "zygote: %s\n", status.error().message.c_str());
    return status.has_value();
  };
  constexpr int kControl = wire::kZygoteControlFd;
  Fd procfs(::open("/proc", O_PATH | O_DIRECTORY | O_CLOEXEC));
  if (!check(EnterZygoteNamespaces(FullLayers())) || !check(BuildRoot())) return 10;
  TestRequest request;
  auto received = ReceiveMessage(kControl, WritableBytesOf(request));
  if (!received) return 11;
  SeccompProgram seccomp =
      request.flaw == Flaw::kNoFilter
          ? AllowEverything()
          : *CompileSeccomp(SeccompPolicy(SyscallProfile::kStrict), kUnknownCall);
  SetSelf(seccomp, 1);
  const int landlock_abi = LandlockAbi();
  if (!check(SealRoot())) return 12;
  if (KeepCapabilities(1ULL << CAP_SYS_ADMIN | 1ULL << CAP_SETUID | 1ULL << CAP_SETGID) != 0) {
    return 13;
  }
  std::vector<int> cgroup_fds;
  for (const Fd& fd : received->fds) cgroup_fds.push_back(fd.get());
  int pidfd = -1;
  clone_args arguments{};
  arguments.flags = SandboxCloneFlags({.layers = FullLayers()});
  arguments.pidfd = reinterpret_cast<std::uint64_t>(&pidfd);
  const long pid = ::syscall(SYS_clone3, &arguments, sizeof arguments);
  if (pid != 0) return pid > 0 ? 0 : 14;
  Layers layers = FullLayers();
  if (cgroup_fds.empty()) layers.Remove(Layer::kCgroup);
  RunSandbox(request,
             {.layers = layers,
              .procfs_fd = procfs.Release(),
              .uid = request.flaw == Flaw::kUnmappedUser ? kMappedUids : 1007,
              .open_files = 64,
              .processes = 16,
              .scratch_bytes = kMiB,
              .scratch_inodes = 64,
              .cgroup_fds = cgroup_fds,
              .landlock_abi = landlock_abi,
              .seccomp = seccomp.code},
             kControl);
}

// Before main, and so before GoogleTest: the launcher gives a zygote this name.
[[maybe_unused]] const bool kIsTheTest = [] {
  if (std::string_view(::program_invocation_short_name) == "pyrunner-zygote") ::_exit(RunZygote());
  return true;
}();

class IsolationTest : public testing::Test {
 protected:
  void SetUp() override {
    if (::geteuid() != 0) GTEST_SKIP() << "not root: no zygote can be launched";
    auto tree = CgroupTree::Create("pyrunner-isolation-test-", {.processes = 32, .cpus = 0});
    if (tree) {
      tree_ = std::move(*tree);
      auto group = tree_->MakeGroup(0);
      ASSERT_TRUE(group) << group.error().message;
      group_ = std::move(*group);
    }
  }
  void TearDown() override {
    if (tree_) tree_->Remove();
  }

  /// Launches a zygote with one sandbox and returns what the sandbox reports.
  static std::optional<TestReport> Report(Flaw flaw, const std::vector<int>& cgroup_fds) {
    auto control = SocketPair(SOCK_SEQPACKET);
    EXPECT_TRUE(control);
    const Fd program(::open("/proc/self/exe", O_PATH | O_CLOEXEC));
    // The zygote becomes a child of the launcher's parent, which is this process.
    const int launched = RunInChild([&] {
      ChildKeeper keeper;
      auto zygote = LaunchZygote({.kind = wire::ZygoteKind::kBase,
                                  .control = std::move(control->second),
                                  .program = program.get(),
                                  .log = STDERR_FILENO,
                                  .setup = {.layers = FullLayers(), .zygote_user_namespace = true}},
                                 keeper);
      if (!zygote) std::fprintf(stderr, "%s\n", zygote.error().message.c_str());
      return zygote ? 0 : 1;
    });
    control->second.Reset();
    if (launched != 0) return std::nullopt;
    EXPECT_TRUE(SendMessage(control->first.get(), BytesOf(TestRequest{flaw}), cgroup_fds));
    TestReport report;
    const auto received = ReceiveMessage(control->first.get(), WritableBytesOf(report));
    // Zygote and sandbox: both are ours to reap.
    int status = 0;
    while (::wait(&status) > 0) {
      EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0) << status;
    }
    if (!received || received->size != sizeof report) return std::nullopt;
    return report;
  }

  std::optional<CgroupTree> tree_;
  Cgroup group_;
};

std::string Names(std::uint32_t properties) {
  std::string names;
  for (std::size_t i = 0; i < kPropertyNames.size(); ++i) {
    if ((properties & (1U << i)) != 0) names += std::string(kPropertyNames[i]) + " ";
  }
  return names;
}

TEST_F(IsolationTest, GivesEveryProperty) {
  const auto report = Report(Flaw::kNone, group_.JoinFds());
  ASSERT_TRUE(report);
  ASSERT_EQ(report->error, 0) << report->step.data();
  EXPECT_EQ(Names(report->properties), Names(kAllProperties));
  EXPECT_EQ(report->wrong_line, 0) << "see that line of isolation_test.cpp";
}

TEST_F(IsolationTest, WithoutACgroupAResourceLimitBoundsMemory) {
  const auto report = Report(Flaw::kNone, {});
  ASSERT_TRUE(report);
  EXPECT_EQ(Names(report->properties), Names(kAllProperties));
}

TEST_F(IsolationTest, AFilterThatLetsEverythingThroughIsNoticed) {
  const auto report = Report(Flaw::kNoFilter, {});
  ASSERT_TRUE(report);
  ASSERT_EQ(report->error, 0) << report->step.data();
  EXPECT_EQ(report->properties & kSyscallFilter, 0U);
  EXPECT_EQ(report->properties & kNetworkIsolation, 0U);
  EXPECT_EQ(report->properties & kIpcIsolation, 0U);
}

TEST_F(IsolationTest, AScratchDirectoryLargerThanPromisedIsNoticed) {
  const auto report = Report(Flaw::kLargeScratch, {});
  ASSERT_TRUE(report);
  EXPECT_EQ(Names(report->properties), Names(kAllProperties & ~std::uint32_t{kScratchQuota}));
}

TEST_F(IsolationTest, MoreProcessesThanPromisedAreNoticed) {
  const auto report = Report(Flaw::kManyProcesses, {});
  ASSERT_TRUE(report);
  EXPECT_EQ(Names(report->properties), Names(kAllProperties & ~std::uint32_t{kProcessLimit}));
}

TEST_F(IsolationTest, AStepThatFailsIsNamedAndEndsIt) {
  const auto report = Report(Flaw::kUnmappedUser, {});
  ASSERT_TRUE(report);
  EXPECT_STREQ(report->step.data(), "user");
  EXPECT_EQ(report->error, EINVAL);
  EXPECT_EQ(report->properties, 0U);
}

TEST_F(IsolationTest, ACgroupThatCannotBeJoinedIsNamed) {
  const Fd null(::open("/dev/full", O_WRONLY | O_CLOEXEC));
  const auto report = Report(Flaw::kNone, {null.get()});
  ASSERT_TRUE(report);
  EXPECT_STREQ(report->step.data(), "cgroup");
  EXPECT_EQ(report->error, ENOSPC);
}

// A fork of the zygote that took no step has its namespaces, its root and nothing else.
TEST_F(IsolationTest, WhatWasNotAppliedIsNotReported) {
  const auto report = Report(Flaw::kNotIsolated, {});
  ASSERT_TRUE(report);
  EXPECT_EQ(report->properties & ~std::uint32_t{kFilesystemIsolation}, 0U)
      << Names(report->properties);
}

}  // namespace
}  // namespace pyrunner::sandbox

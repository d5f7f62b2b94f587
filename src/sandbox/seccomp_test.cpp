// The compiler of the system call filter; what the policy says is in seccomp_policy_test.cpp and
// seccomp_rules_test.cpp.
#include "sandbox/seccomp.h"

#include <gtest/gtest.h>
#include <linux/audit.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <random>
#include <vector>

#include "base/child_test_support.h"
#include "sandbox/bpf_evaluator_test_support.h"
#include "sandbox/seccomp_test_support.h"

namespace pyrunner::sandbox {
namespace {

constexpr std::uint32_t kArchitecture = AuditNumber(kNativeArchitecture);

using Kind = Verdict::Kind;
using Arguments = std::array<std::uint64_t, 6>;

constexpr Verdict kAllow{Kind::kAllow, 0};
constexpr Verdict kKill{Kind::kKill, 0};

seccomp_data Call(std::uint32_t number, const Arguments& arguments = {}) {
  seccomp_data call{};
  call.nr = static_cast<int>(number);
  call.arch = kArchitecture;
  std::copy(arguments.begin(), arguments.end(), call.args);
  return call;
}

/// What the table means, read line by line: the compiler's other half of a differential test.
bool Holds(const Condition& condition, const Arguments& arguments, std::uint32_t self) {
  const std::uint64_t whole = arguments[condition.argument];
  const auto half = static_cast<std::uint32_t>(whole);
  switch (condition.test) {
    case Condition::Test::kEqual:
      return half == condition.values.at(0);
    case Condition::Test::kEqual64:
      return whole == condition.values.at(0);
    case Condition::Test::kMaskedEqual:
      return (half & condition.mask) == condition.values.at(0);
    case Condition::Test::kMaskedIn:
      return std::find(condition.values.begin(), condition.values.end(), half & condition.mask) !=
             condition.values.end();
    case Condition::Test::kSelf:
      return half == self;
  }
  return false;
}

Verdict Interpret(const std::vector<SyscallRule>& policy, Verdict unknown, std::uint32_t number,
                  const Arguments& arguments, std::uint32_t self = 1) {
  for (const SyscallRule& call : policy) {
    if (static_cast<std::uint32_t>(call.number) != number) continue;
    for (const ArgumentRule& rule : call.rules) {
      if (std::all_of(
              rule.conditions.begin(), rule.conditions.end(),
              [&](const Condition& condition) { return Holds(condition, arguments, self); })) {
        return rule.verdict;
      }
    }
    return call.verdict;
  }
  return unknown;
}

/// All numbers that any rule of the call names, and their neighbours in every direction.
std::vector<std::uint64_t> InterestingValues(const SyscallRule& call, std::uint32_t self) {
  std::vector<std::uint64_t> values = {0,
                                       1,
                                       2,
                                       self - 1,
                                       self,
                                       self + 1,
                                       self | 0x80000000U,
                                       self | (std::uint64_t{1} << 32),
                                       0x7fffffff,
                                       0x80000000,
                                       0xffffffff,
                                       0x100000000,
                                       ~std::uint64_t{0}};
  for (const ArgumentRule& rule : call.rules) {
    for (const Condition& condition : rule.conditions) {
      for (const std::uint64_t value : condition.values) {
        for (const std::uint64_t near :
             {value - 1, value, value + 1, value | condition.mask, value | ~condition.mask,
              value | (std::uint64_t{1} << 32), value | (std::uint64_t{1} << 63)}) {
          values.push_back(near);
        }
      }
      for (std::uint32_t bit = 1; bit != 0; bit <<= 1) {
        if ((condition.mask & bit) != 0 && condition.mask != ~0U) values.push_back(bit);
      }
    }
  }
  return values;
}

/// A filter that a sandbox may get.
struct Variant {
  const char* name;
  SyscallProfile profile;
  PolicyOptions options;
  Architecture architecture;
  std::uint32_t self;
};

constexpr Variant kVariants[] = {
    {"strict_x86_64", SyscallProfile::kStrict, {}, Architecture::kX86_64, 1},
    {"strict_arm64", SyscallProfile::kStrict, {}, Architecture::kArm64, 1},
    {"processes_x86_64", SyscallProfile::kProcesses, {}, Architecture::kX86_64, 1},
    {"processes_arm64", SyscallProfile::kProcesses, {}, Architecture::kArm64, 1},
    {"strict_bare_x86_64",
     SyscallProfile::kStrict,
     {.shared_memory = false, .own_root = false},
     Architecture::kX86_64,
     4711},
    {"strict_bare_arm64",
     SyscallProfile::kStrict,
     {.shared_memory = false, .own_root = false},
     Architecture::kArm64,
     4711},
};

class CompiledPolicyTest : public testing::TestWithParam<Variant> {
 protected:
  CompiledPolicyTest()
      : policy_(SeccompPolicy(GetParam().profile, GetParam().options, GetParam().architecture)) {
    auto compiled = CompileSeccomp(policy_, kUnknownCall, GetParam().architecture);
    EXPECT_TRUE(compiled);
    SetSelf(*compiled, static_cast<pid_t>(GetParam().self));
    program_ = std::move(compiled->code);
  }

  static seccomp_data Call(std::uint32_t number, const Arguments& arguments = {}) {
    seccomp_data call = sandbox::Call(number, arguments);
    call.arch = AuditNumber(GetParam().architecture);
    return call;
  }

  void ExpectAsInterpreted(std::uint32_t number, const Arguments& arguments) {
    const auto run = RunFilter(program_, Call(number, arguments));
    ASSERT_TRUE(run) << "the kernel would refuse the program";
    ASSERT_EQ(run->action,
              ActionOf(Interpret(policy_, kUnknownCall, number, arguments, GetParam().self)))
        << "call " << number << std::hex << " (" << arguments[0] << ", " << arguments[1] << ", "
        << arguments[2] << ", " << arguments[3] << ", " << arguments[4] << ")";
    most_steps_ = std::max(most_steps_, run->steps);
  }

  std::vector<SyscallRule> policy_;
  std::vector<sock_filter> program_;
  std::size_t most_steps_ = 0;
};

INSTANTIATE_TEST_SUITE_P(Every, CompiledPolicyTest, testing::ValuesIn(kVariants),
                         [](const auto& test) { return std::string(test.param.name); });

TEST_P(CompiledPolicyTest, MeansWhatTheTableSaysForEveryNumber) {
  std::mt19937_64 random(1);
  for (std::uint32_t number = 0; number <= 1000; ++number) {
    ExpectAsInterpreted(number, {});
    for (int i = 0; i < 20; ++i) {
      Arguments arguments{};
      for (auto& argument : arguments) argument = random();
      ExpectAsInterpreted(number, arguments);
    }
  }
}

TEST_P(CompiledPolicyTest, MeansWhatTheTableSaysAtEveryEdgeOfItsRules) {
  std::mt19937_64 random(2);
  for (const SyscallRule& call : policy_) {
    if (call.rules.empty()) continue;
    const auto values = InterestingValues(call, GetParam().self);
    const auto pick = [&] { return values[random() % values.size()]; };
    for (std::size_t argument = 0; argument < 6; ++argument) {
      for (const std::uint64_t value : values) {
        for (int i = 0; i < 8; ++i) {
          Arguments arguments = {pick(), pick(), pick(), pick(), pick(), pick()};
          if (i == 0) arguments.fill(0);
          arguments[argument] = value;
          ExpectAsInterpreted(static_cast<std::uint32_t>(call.number), arguments);
        }
      }
    }
  }
}

// The kernel runs the filter at every system call and, when it is installed, once for each number.
TEST_P(CompiledPolicyTest, IsShortAndShallow) {
  std::size_t steps = 0;
  for (std::uint32_t number = 0; number <= 1000; ++number) {
    const auto run = RunFilter(program_, Call(number));
    ASSERT_TRUE(run);
    steps += run->steps;
    most_steps_ = std::max(most_steps_, run->steps);
  }
  std::printf("%zu instructions; %zu steps at most, %.1f on average\n", program_.size(),
              most_steps_, static_cast<double>(steps) / 1001);
  EXPECT_LE(program_.size(), 600U);
  EXPECT_LE(most_steps_, 40U);
  EXPECT_LE(steps / 1001, 16U);
}

TEST_P(CompiledPolicyTest, KillsOtherArchitectures) {
  for (const std::uint32_t architecture :
       {static_cast<std::uint32_t>(AUDIT_ARCH_I386), static_cast<std::uint32_t>(AUDIT_ARCH_ARM),
        static_cast<std::uint32_t>(AUDIT_ARCH_X86_64),
        static_cast<std::uint32_t>(AUDIT_ARCH_AARCH64),
        AuditNumber(GetParam().architecture) ^ __AUDIT_ARCH_64BIT, 0U, ~0U}) {
    if (architecture == AuditNumber(GetParam().architecture)) continue;
    for (const std::uint32_t number : {0U, 1U, 11U, 60U, 1000U}) {
      seccomp_data call = Call(number);
      call.arch = architecture;
      const auto run = RunFilter(program_, call);
      ASSERT_TRUE(run);
      EXPECT_EQ(run->action, SECCOMP_RET_KILL_PROCESS) << std::hex << architecture;
    }
  }
}

TEST_P(CompiledPolicyTest, KillsX32AndNegativeNumbers) {
  constexpr std::uint32_t kX32Bit = 0x40000000;
  for (std::uint32_t number = 0; number <= 1000; ++number) {
    const auto run = RunFilter(program_, Call(number | kX32Bit));
    ASSERT_TRUE(run);
    ASSERT_EQ(run->action, SECCOMP_RET_KILL_PROCESS) << number;
  }
  for (const std::uint32_t number : {0x80000000U, 0xffffffffU, 0x7fffffffU}) {
    const auto run = RunFilter(program_, Call(number));
    ASSERT_TRUE(run);
    EXPECT_EQ(run->action, SECCOMP_RET_KILL_PROCESS) << std::hex << number;
  }
}

TEST_P(CompiledPolicyTest, UnknownNumbersAreNotImplemented) {
  for (const std::uint32_t number : {999U, 1000U, 100'000U, 0x3fffffffU}) {
    const auto run = RunFilter(program_, Call(number));
    ASSERT_TRUE(run);
    EXPECT_EQ(run->action, static_cast<std::uint32_t>(SECCOMP_RET_ERRNO | ENOSYS)) << number;
  }
}

TEST(CompileSeccomp, AnEmptyPolicyAnswersAlike) {
  const auto program = CompileSeccomp({}, kUnknownCall);
  ASSERT_TRUE(program);
  for (const std::uint32_t number : {0U, 1U, 500U}) {
    EXPECT_EQ(RunFilter(program->code, Call(number))->action,
              static_cast<std::uint32_t>(SECCOMP_RET_ERRNO | ENOSYS));
  }
}

TEST(CompileSeccomp, RefusesAPolicyThatIsNotSorted) {
  const std::vector<SyscallRule> twice = {{3, {}, kAllow}, {3, {}, kKill}};
  const std::vector<SyscallRule> backwards = {{4, {}, kAllow}, {3, {}, kKill}};
  EXPECT_FALSE(CompileSeccomp(twice, kUnknownCall));
  EXPECT_FALSE(CompileSeccomp(backwards, kUnknownCall));
}

// Jumps of the filter reach 255 instructions: a rule beyond that is to be refused, not cut.
TEST(CompileSeccomp, ARuleWithTooManyValuesIsRefused) {
  std::vector<std::uint32_t> values(300);
  for (std::uint32_t i = 0; i < 300; ++i) values[i] = 2 * i;
  const std::vector<SyscallRule> policy = {
      {3, {{{{Condition::Test::kMaskedIn, 0, ~0U, values}}, kAllow}}, kKill}};
  const auto program = CompileSeccomp(policy, kUnknownCall);
  if (!program) return;
  for (std::uint64_t value = 0; value < 600; ++value) {
    const auto run = RunFilter(program->code, Call(3, {value}));
    ASSERT_TRUE(run);
    ASSERT_EQ(run->action, ActionOf(value % 2 == 0 ? kAllow : kKill)) << value;
  }
}

/// Any table at all, not just ours: neighbours that merge, gaps, numbers at the borders.
TEST(CompileSeccomp, MeansWhatRandomTablesSay) {
  std::mt19937 random(3);
  const std::array<Verdict, 4> verdicts = {
      kAllow, kKill, {Kind::kErrno, EPERM}, {Kind::kErrno, ENOSYS}};
  const auto verdict = [&] { return verdicts[random() % verdicts.size()]; };
  for (int table = 0; table < 60; ++table) {
    std::vector<SyscallRule> policy;
    const std::uint32_t density = 1 + random() % 4;
    for (int number = 0; number < 300; ++number) {
      if (random() % density != 0) continue;
      SyscallRule rule{number, {}, verdict()};
      for (std::uint32_t i = random() % 3; i > 0; --i) {
        ArgumentRule argument_rule{{}, verdict()};
        for (std::uint32_t j = random() % 3; j > 0; --j) {
          const auto argument = static_cast<std::uint8_t>(random() % 6);
          const std::array<Condition, 5> conditions = {
              Condition{Condition::Test::kEqual,
                        argument,
                        ~0U,
                        {static_cast<std::uint32_t>(random() % 4)}},
              Condition{Condition::Test::kEqual64,
                        argument,
                        ~0U,
                        {static_cast<std::uint32_t>(random() % 4)}},
              Condition{Condition::Test::kMaskedEqual, argument, 6U, {2U}},
              Condition{Condition::Test::kMaskedIn, argument, 3U, {0U, 3U}},
              Condition{Condition::Test::kSelf, argument, ~0U, {}}};
          argument_rule.conditions.push_back(conditions[random() % conditions.size()]);
        }
        rule.rules.push_back(std::move(argument_rule));
      }
      policy.push_back(std::move(rule));
    }
    const Verdict unknown = verdict();
    auto program = CompileSeccomp(policy, unknown);
    ASSERT_TRUE(program);
    const std::uint32_t self = 1 + random() % 7;
    SetSelf(*program, static_cast<pid_t>(self));
    for (std::uint32_t number = 0; number < 310; ++number) {
      for (int i = 0; i < 8; ++i) {
        Arguments arguments{};
        for (auto& argument : arguments) {
          argument = random() % 8 + (random() % 4 == 0 ? 1ULL << 32 : 0);
        }
        const auto run = RunFilter(program->code, Call(number, arguments));
        ASSERT_TRUE(run);
        ASSERT_EQ(run->action, ActionOf(Interpret(policy, unknown, number, arguments, self)))
            << "table " << table << ", call " << number;
      }
    }
  }
}

TEST(InstallSeccomp, TheKernelTakesTheProgramAndMeansTheSame) {
  const auto program = CompileSeccomp(SeccompPolicy(SyscallProfile::kStrict), kUnknownCall);
  ASSERT_TRUE(program);
  EXPECT_EQ(
      RunInChild([&] {
        CHILD_CHECK(::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0);
        CHILD_CHECK(InstallSeccomp(program->code) == 0);
        CHILD_CHECK(::prctl(PR_GET_SECCOMP, 0, 0, 0, 0) == 2);
        CHILD_CHECK(::syscall(SYS_getuid) >= 0);
        CHILD_CHECK(::syscall(SYS_socket, 2, 1, 0) == -1 && errno == EPERM);
        CHILD_CHECK(::syscall(SYS_memfd_create, "x", 0) == -1 && errno == ENOSYS);
        CHILD_CHECK(::syscall(SYS_getxattr, "/", "user.x", nullptr, 0) == -1 && errno == ENOTSUP);
        return 0;
      }),
      0);
  EXPECT_EQ(RunInChild([&] {
              CHILD_CHECK(::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0);
              CHILD_CHECK(InstallSeccomp(program->code) == 0);
              ::syscall(SYS_ptrace, 0, 0, 0, 0);
              return 0;
            }),
            -SIGSYS);
}

/// Installs a filter on the calling process, a test's child. Returns 0 or an exit code.
int Confine(SyscallProfile profile, PolicyOptions options) {
  auto program = CompileSeccomp(SeccompPolicy(profile, options), kUnknownCall);
  CHILD_CHECK(program.has_value());
  SetSelf(*program, ::getpid());
  CHILD_CHECK(::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0);
  CHILD_CHECK(InstallSeccomp(program->code) == 0);
  return 0;
}

/// What Python's standard library does with processes and sockets, and what it may not.
constexpr char kUseOfProcesses[] = R"(
import asyncio, ctypes, multiprocessing, os, socket, subprocess, sys, threading
def refused(attempt):
    try:
        attempt()
    except PermissionError:
        return True
assert subprocess.run(['/bin/sh', '-c', 'echo $((6 * 7)) | cat'], capture_output=True,
                      start_new_session=True).stdout == b'42\n'
with multiprocessing.Pool(2) as pool:
    assert pool.map(abs, [-1, 2]) == [1, 2]
async def child():
    process = await asyncio.create_subprocess_exec('/bin/echo', 'x', stdout=-1)
    return await process.communicate()
assert asyncio.run(child())[0] == b'x\n'
child = subprocess.Popen(['/bin/sleep', '60'])
child.kill()
assert child.wait() == -9
with socket.create_server(('127.0.0.1', 0)) as server:
    with socket.create_connection(server.getsockname()) as one, server.accept()[0] as other:
        one.sendall(b'x')
        assert other.recv(1) == b'x'
assert refused(lambda: socket.socket(socket.AF_NETLINK, socket.SOCK_RAW))
assert refused(lambda: socket.socket(socket.AF_INET, socket.SOCK_RAW, 1))
assert refused(lambda: os.setpriority(os.PRIO_PROCESS, 0, 1))
assert os.sched_setaffinity(0, os.sched_getaffinity(0)) is None
thread = threading.Thread(target=print)
thread.start()
thread.join()
os._exit(0)
)";

TEST(InstallSeccomp, ProcessesAreEnoughForTheStandardLibrary) {
  for (const PolicyOptions options :
       {PolicyOptions{}, PolicyOptions{.shared_memory = false, .own_root = false}}) {
    EXPECT_EQ(RunInChild([&] {
                if (const int line = Confine(SyscallProfile::kProcesses, options)) return line;
                ::execl("/usr/bin/python3", "python3", "-c", kUseOfProcesses, nullptr);
                return 1;
              }),
              0);
  }
}

// RLIMIT_DATA forgets memory that is made read-only; the filter does not let it become so.
TEST(InstallSeccomp, FilledMemoryStaysCounted) {
  EXPECT_EQ(RunInChild([] {
              constexpr std::size_t kPiece = std::size_t{4} << 20;
              constexpr rlimit kLimit{64U << 20, 64U << 20};
              CHILD_CHECK(Confine(SyscallProfile::kStrict, {.shared_memory = false}) == 0);
              CHILD_CHECK(::setrlimit(RLIMIT_DATA, &kLimit) == 0);
              for (std::size_t filled = 0; filled < 2 * kLimit.rlim_cur; filled += kPiece) {
                void* memory = ::mmap(nullptr, kPiece, PROT_READ | PROT_WRITE,
                                      MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
                if (memory == MAP_FAILED) return errno == ENOMEM ? 0 : 1;
                CHILD_CHECK(::mprotect(memory, kPiece, PROT_READ) == 0);
              }
              return 2;
            }),
            0);
}

TEST(InstallSeccomp, NeedsNoNewPrivilegesOrACapability) {
  const auto program = CompileSeccomp(SeccompPolicy(SyscallProfile::kStrict), kUnknownCall);
  ASSERT_TRUE(program);
  if (::geteuid() != 0) GTEST_SKIP() << "not root: cannot become somebody without capabilities";
  EXPECT_EQ(RunInChild([&] {
              CHILD_CHECK(::setresuid(65534, 65534, 65534) == 0);
              CHILD_CHECK(InstallSeccomp(program->code) == EACCES);
              return 0;
            }),
            0);
}

}  // namespace
}  // namespace pyrunner::sandbox

#include "sandbox/limits.h"

#include <gtest/gtest.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdint>
#include <cstdio>

#include "base/child_test_support.h"

namespace pyrunner::sandbox {
namespace {

constexpr std::uint64_t kMiB = std::uint64_t{1} << 20U;
// A sanitizer maps terabytes.
constexpr std::uint64_t kMuch = std::uint64_t{1} << 50U;

bool Is(__rlimit_resource resource, std::uint64_t value) {
  rlimit limit{};
  return ::getrlimit(resource, &limit) == 0 && limit.rlim_cur == value && limit.rlim_max == value;
}

constexpr FixedLimits kFixed{.file_bytes = kMiB, .open_files = 64, .processes = 5};

TEST(FixedLimits, AreSoftAndHardAlike) {
  EXPECT_EQ(RunInChild([] {
              CHILD_CHECK(SetFixedLimits(kFixed) == 0);
              CHILD_CHECK(Is(RLIMIT_FSIZE, kMiB));
              CHILD_CHECK(Is(RLIMIT_NOFILE, 64));
              CHILD_CHECK(Is(RLIMIT_NPROC, 5));
              CHILD_CHECK(Is(RLIMIT_STACK, 8 * kMiB));
              CHILD_CHECK(Is(RLIMIT_CORE, 0));
              CHILD_CHECK(Is(RLIMIT_MEMLOCK, 0));
              CHILD_CHECK(Is(RLIMIT_MSGQUEUE, 0));
              CHILD_CHECK(Is(RLIMIT_NICE, 0));
              CHILD_CHECK(Is(RLIMIT_RTPRIO, 0));
              return 0;
            }),
            0);
}

TEST(FixedLimits, StopAFileThatGrows) {
  EXPECT_EQ(RunInChild([] {
              ::signal(SIGXFSZ, SIG_IGN);
              CHILD_CHECK(SetFixedLimits(kFixed) == 0);
              const TemporaryDirectory directory;
              std::FILE* file = std::fopen(directory.File("f").c_str(), "w");
              CHILD_CHECK(file != nullptr);
              CHILD_CHECK(::ftruncate(::fileno(file), kMiB) == 0);
              CHILD_CHECK(::ftruncate(::fileno(file), kMiB + 1) == -1 && errno == EFBIG);
              return 0;
            }),
            0);
}

TEST(FixedLimits, StopDescriptors) {
  EXPECT_EQ(RunInChild([] {
              CHILD_CHECK(SetFixedLimits(kFixed) == 0);
              int last = 0;
              while (last >= 0 && last < 1000) last = ::dup(0);
              CHILD_CHECK(last == -1 && errno == EMFILE);
              return 0;
            }),
            0);
}

TEST(ProgramLimits, BoundWritableMemory) {
  EXPECT_EQ(
      RunInChild([] {
        // Far more than this process has, so that what counts is the reservation below.
        constexpr std::uint64_t kAlready = 512 * kMiB;
        CHILD_CHECK(SetProgramLimits(MemoryBase{kAlready, kMuch}, 64 * kMiB, 100, false) == 0);
        CHILD_CHECK(Is(RLIMIT_DATA, kAlready + 64 * kMiB));
        constexpr int kFlags = MAP_PRIVATE | MAP_ANONYMOUS;
        CHILD_CHECK(::mmap(nullptr, 4096 * kMiB, PROT_READ | PROT_WRITE, kFlags, -1, 0) ==
                        MAP_FAILED &&
                    errno == ENOMEM);
        // What cannot be written does not count.
        CHILD_CHECK(::mmap(nullptr, 4096 * kMiB, PROT_READ, kFlags, -1, 0) != MAP_FAILED);
        return 0;
      }),
      0);
}

// The hard limit's kill: process 1 of a namespace would ignore the soft one's signal.
TEST(ProgramLimits, KillWhoeverComputesTooLong) {
  EXPECT_EQ(RunInChild([] {
              ::signal(SIGXCPU, SIG_IGN);
              CHILD_CHECK(SetProgramLimits(MemoryBase{4096 * kMiB, kMuch}, kMiB, 1, false) == 0);
              CHILD_CHECK(Is(RLIMIT_CPU, 1));
              volatile std::uint64_t spin = 0;
              while (true) spin = spin + 1;
              return 0;
            }),
            -SIGKILL);
}

TEST(ProgramLimits, CannotBeRaisedAgain) {
  EXPECT_EQ(
      RunInChild([] {
        CHILD_CHECK(SetProgramLimits(MemoryBase{4096 * kMiB, kMuch}, kMiB, 10, false) == 0);
        // Root may raise a limit; a sandbox is not root.
        CHILD_CHECK(::geteuid() != 0 || ::setresuid(65534, 65534, 65534) == 0);
        CHILD_CHECK(SetProgramLimits(MemoryBase{4096 * kMiB, kMuch}, kMiB, 11, false) == EPERM);
        CHILD_CHECK(SetProgramLimits(MemoryBase{4096 * kMiB, kMuch}, 2 * kMiB, 10, false) == EPERM);
        CHILD_CHECK(Is(RLIMIT_CPU, 10));
        return 0;
      }),
      0);
}

// A service started with tighter limits than ours keeps them, as the header says: only lowered.
TEST(FixedLimits, KeepLowerLimitsOfTheHost) {
  EXPECT_EQ(RunInChild([] {
              const rlimit lower{4 * kMiB, 4 * kMiB};
              CHILD_CHECK(::setrlimit(RLIMIT_STACK, &lower) == 0);
              CHILD_CHECK(::geteuid() != 0 || ::setresuid(65534, 65534, 65534) == 0);
              CHILD_CHECK(SetFixedLimits(kFixed) == 0);
              CHILD_CHECK(Is(RLIMIT_STACK, 4 * kMiB));
              return 0;
            }),
            0);
}

}  // namespace
}  // namespace pyrunner::sandbox

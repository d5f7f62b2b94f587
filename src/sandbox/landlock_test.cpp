#include "sandbox/landlock.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstddef>
#include <cstring>
#include <fstream>
#include <string>

#include "base/child_test_support.h"
#include "base/fd.h"

namespace pyrunner::sandbox {
namespace {

class LandlockTest : public testing::Test {
 protected:
  void SetUp() override {
    if (LandlockAbi() == 0) GTEST_SKIP() << "this kernel has no Landlock";
    std::ofstream(outside_.File("secret")) << "secret";
  }

  /// Ends a child that could not be restricted.
  void Restrict(int abi = LandlockAbi(), SyscallProfile profile = SyscallProfile::kStrict) const {
    CHILD_CHECK(::chdir(scratch_.path().c_str()) == 0);
    CHILD_CHECK(::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0);
    CHILD_CHECK(RestrictByLandlock(abi, {.own_root = true, .profile = profile}) == 0);
  }

  TemporaryDirectory scratch_;
  TemporaryDirectory outside_;
};

bool Opens(const std::string& path, int flags) {
  return Fd(::open(path.c_str(), flags | O_CLOEXEC, 0600)).valid();
}
bool RefusesToOpen(const std::string& path, int flags, int error = EACCES) {
  return !Opens(path, flags) && errno == error;
}

TEST_F(LandlockTest, TheRuntimeIsReadAndNotWritten) {
  EXPECT_EQ(RunInChild([&] {
              Restrict();
              CHILD_CHECK(Opens("/etc/passwd", O_RDONLY));
              CHILD_CHECK(Opens("/usr/lib", O_RDONLY | O_DIRECTORY));
              CHILD_CHECK(RefusesToOpen("/etc/passwd", O_RDWR));
              CHILD_CHECK(RefusesToOpen("/usr/made-by-a-test", O_WRONLY | O_CREAT));
              CHILD_CHECK(::mkdir("/usr/made-by-a-test", 0700) == -1 && errno == EACCES);
              return 0;
            }),
            0);
}

TEST_F(LandlockTest, NothingElseIsReadOrWritten) {
  EXPECT_EQ(RunInChild([&] {
              Restrict();
              CHILD_CHECK(RefusesToOpen(outside_.File("secret"), O_RDONLY));
              CHILD_CHECK(RefusesToOpen(outside_.File("secret"), O_WRONLY));
              CHILD_CHECK(RefusesToOpen(outside_.File("new"), O_WRONLY | O_CREAT));
              CHILD_CHECK(::unlink(outside_.File("secret").c_str()) == -1 && errno == EACCES);
              CHILD_CHECK(RefusesToOpen("/proc/self/status", O_RDONLY));
              CHILD_CHECK(RefusesToOpen("/", O_RDONLY | O_DIRECTORY));
              return 0;
            }),
            0);
}

TEST_F(LandlockTest, TheScratchDirectoryIsAnOrdinaryOne) {
  EXPECT_EQ(RunInChild([&] {
              Restrict();
              CHILD_CHECK(Opens("file", O_RDWR | O_CREAT));
              CHILD_CHECK(::truncate("file", 10) == 0);
              CHILD_CHECK(::mkdir("folder", 0700) == 0);
              CHILD_CHECK(::rename("file", "renamed") == 0);
              CHILD_CHECK(::unlink("renamed") == 0);
              CHILD_CHECK(::rmdir("folder") == 0);
              return 0;
            }),
            0);
}

TEST_F(LandlockTest, NoLinksOrSpecialFilesAreMade) {
  EXPECT_EQ(RunInChild([&] {
              Restrict();
              CHILD_CHECK(::symlink("/etc/passwd", "link") == -1 && errno == EACCES);
              CHILD_CHECK(::mkfifo("fifo", 0600) == -1 && errno == EACCES);
              const Fd socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
              sockaddr_un address{.sun_family = AF_UNIX, .sun_path = "socket"};
              CHILD_CHECK(::bind(socket.get(), reinterpret_cast<sockaddr*>(&address),
                                 sizeof address) == -1 &&
                          errno == EACCES);
              return 0;
            }),
            0);
}

TEST_F(LandlockTest, NothingIsExecuted) {
  ASSERT_EQ(::symlink("/usr/bin/true", scratch_.File("true").c_str()), 0);
  EXPECT_EQ(RunInChild([&] {
              Restrict();
              ::execl("/usr/bin/true", "true", nullptr);
              CHILD_CHECK(errno == EACCES);
              ::execl("./true", "true", nullptr);
              CHILD_CHECK(errno == EACCES);
              return 0;
            }),
            0);
}

TEST_F(LandlockTest, DevicesAreThoseOfAProgram) {
  EXPECT_EQ(RunInChild([&] {
              Restrict();
              for (const char* device : {"/dev/null", "/dev/full"}) {
                CHILD_CHECK(Opens(device, O_RDWR));
              }
              for (const char* device : {"/dev/zero", "/dev/random", "/dev/urandom"}) {
                CHILD_CHECK(Opens(device, O_RDONLY));
                CHILD_CHECK(RefusesToOpen(device, O_WRONLY));
              }
              return 0;
            }),
            0);
}

TEST_F(LandlockTest, NoTcp) {
  if (LandlockAbi() < 4) GTEST_SKIP() << "Landlock before ABI 4 knows no network";
  EXPECT_EQ(
      RunInChild([&] {
        Restrict();
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        const Fd socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
        auto* generic = reinterpret_cast<sockaddr*>(&address);
        CHILD_CHECK(::bind(socket.get(), generic, sizeof address) == -1 && errno == EACCES);
        address.sin_port = htons(80);
        CHILD_CHECK(::connect(socket.get(), generic, sizeof address) == -1 && errno == EACCES);
        return 0;
      }),
      0);
}

TEST_F(LandlockTest, ProcessesExecuteTheRuntimeAndConnect) {
  EXPECT_EQ(
      RunInChild([&] {
        Restrict(LandlockAbi(), SyscallProfile::kProcesses);
        const Fd copy(::open("copy", O_WRONLY | O_CREAT | O_CLOEXEC, 0700));
        CHILD_CHECK(copy.valid());
        CHILD_CHECK(::execl("copy", "copy", nullptr) == -1 && errno == EACCES);
        const Fd local(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
        sockaddr_un name{};
        name.sun_family = AF_UNIX;
        std::strcpy(name.sun_path, "local");
        CHILD_CHECK(::bind(local.get(), reinterpret_cast<sockaddr*>(&name), sizeof name) == 0);
        const Fd tcp(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
        sockaddr_in anywhere{};
        anywhere.sin_family = AF_INET;
        CHILD_CHECK(::bind(tcp.get(), reinterpret_cast<sockaddr*>(&anywhere), sizeof anywhere) ==
                    0);
        CHILD_CHECK(::symlink("copy", "link") == -1 && errno == EACCES);
        CHILD_CHECK(::mkfifo("pipe", 0600) == -1 && errno == EACCES);
        CHILD_CHECK(RefusesToOpen(outside_.File("secret"), O_RDONLY));
        ::execl("/usr/bin/true", "true", nullptr);
        return 1;
      }),
      0);
}

TEST_F(LandlockTest, NoSignalsToTheOutside) {
  if (LandlockAbi() < 6) GTEST_SKIP() << "Landlock before ABI 6 knows no signals";
  EXPECT_EQ(RunInChild([&] {
              Restrict();
              CHILD_CHECK(::kill(::getppid(), 0) == -1 && errno == EPERM);
              CHILD_CHECK(::kill(::getpid(), 0) == 0);
              return 0;
            }),
            0);
}

// Every version that a kernel may have, as far as this one goes.
TEST_F(LandlockTest, OlderVersionsRestrictFilesToo) {
  for (int abi = 1; abi <= LandlockAbi(); ++abi) {
    EXPECT_EQ(RunInChild([&] {
                Restrict(abi);
                CHILD_CHECK(Opens("/etc/passwd", O_RDONLY));
                CHILD_CHECK(RefusesToOpen(outside_.File("secret"), O_RDONLY));
                CHILD_CHECK(Opens("file", O_RDWR | O_CREAT));
                return 0;
              }),
              0)
        << "ABI " << abi;
  }
}

TEST_F(LandlockTest, NeedsNoNewPrivileges) {
  EXPECT_EQ(RunInChild([&] {
              CHILD_CHECK(::chdir(scratch_.path().c_str()) == 0);
              CHILD_CHECK(::geteuid() != 0 || ::setresuid(65534, 65534, 65534) == 0);
              CHILD_CHECK(RestrictByLandlock(LandlockAbi(), {.own_root = true}) != 0);
              return 0;
            }),
            0);
}

}  // namespace
}  // namespace pyrunner::sandbox

#include "cli/service_notification.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <string>

#include "base/child_test_support.h"

namespace pyrunner::cli {
namespace {

using namespace std::chrono_literals;

/// A manager's socket.
class Manager {
 public:
  explicit Manager(const std::string& name)
      : socket_(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::memcpy(address.sun_path, name.data(), name.size());
    if (name[0] == '@') address.sun_path[0] = '\0';
    const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + name.size());
    EXPECT_EQ(::bind(socket_.get(), reinterpret_cast<const sockaddr*>(&address), size), 0);
    ::setenv("NOTIFY_SOCKET", name.c_str(), 1);
  }

  /// The next message, or "none".
  std::string Next() {
    std::array<char, 4096> buffer{};
    const ssize_t size = ::recv(socket_.get(), buffer.data(), buffer.size(), 0);
    return size < 0 ? "none" : std::string(buffer.data(), static_cast<std::size_t>(size));
  }

 private:
  Fd socket_;
};

std::string AbstractName() { return "@pyrunner-test-" + std::to_string(::getpid()); }

TEST(ServiceNotification, TellsASocketInTheFileSystem) {
  const TemporaryDirectory directory;
  Manager manager(directory.File("notify"));
  const auto notification = ServiceNotification::TakeFromEnvironment();
  EXPECT_EQ(manager.Next(), "none");
  notification.Ready("serving");
  EXPECT_EQ(manager.Next(), "READY=1\nSTATUS=serving\n");
  notification.Stopping(40s, "finishing\nwhat runs");
  EXPECT_EQ(manager.Next(),
            "STOPPING=1\nEXTEND_TIMEOUT_USEC=40000000\nSTATUS=finishing what runs\n");
  notification.Reloading();
  EXPECT_THAT(manager.Next(),
              testing::MatchesRegex("RELOADING=1\nMONOTONIC_USEC=[0-9]+\nSTATUS=reloading\n"));
  notification.NotStuck();
  EXPECT_EQ(manager.Next(), "WATCHDOG=1\n");
}

TEST(ServiceNotification, TellsAnAbstractSocket) {
  Manager manager(AbstractName());
  ServiceNotification::TakeFromEnvironment().Ready("serving");
  EXPECT_EQ(manager.Next(), "READY=1\nSTATUS=serving\n");
}

TEST(ServiceNotification, NobodyElseGetsTheVariables) {
  Manager manager(AbstractName());
  ::setenv("WATCHDOG_USEC", "1000000", 1);
  ::setenv("WATCHDOG_PID", "1", 1);
  EXPECT_EQ(ServiceNotification::TakeFromEnvironment().watchdog(), 0us) << "another is watched";
  for (const char* name : {"NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID"}) {
    EXPECT_EQ(std::getenv(name), nullptr) << name;
  }
}

TEST(ServiceNotification, KnowsHowOftenItIsLookedAt) {
  Manager manager(AbstractName());
  ::setenv("WATCHDOG_USEC", "30000000", 1);
  ::setenv("WATCHDOG_PID", std::to_string(::getpid()).c_str(), 1);
  EXPECT_EQ(ServiceNotification::TakeFromEnvironment().watchdog(), 30s);
}

TEST(ServiceNotification, WithoutAManagerNothingHappens) {
  ::unsetenv("NOTIFY_SOCKET");
  ServiceNotification::TakeFromEnvironment().Ready("serving");
  for (const std::string& name : {std::string("relative"), std::string("/"),
                                  std::string("/no/such/socket"), "/" + std::string(200, 'x')}) {
    ::setenv("NOTIFY_SOCKET", name.c_str(), 1);
    ServiceNotification::TakeFromEnvironment().Ready("serving");
  }
}

// Its queue is full after some messages; the service goes on.
TEST(ServiceNotification, AManagerThatDoesNotReadIsNotWaitedFor) {
  Manager manager(AbstractName());
  const auto notification = ServiceNotification::TakeFromEnvironment();
  for (int i = 0; i < 10'000; ++i) notification.NotStuck();
  EXPECT_EQ(manager.Next(), "WATCHDOG=1\n");
}

}  // namespace
}  // namespace pyrunner::cli

#include "cli/attack_targets.h"

#include <gtest/gtest.h>
#include <sys/ipc.h>
#include <sys/shm.h>
#include <unistd.h>

#include <boost/asio/buffer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ip/udp.hpp>
#include <boost/asio/local/datagram_protocol.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <chrono>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>
#include <string>

#include "base/sha256.h"

namespace pyrunner::cli {
namespace {

namespace asio = boost::asio;
using nlohmann::json;

/// Planted targets, and an attacker whom no wall stops.
class AttackTargetsTest : public testing::Test {
 protected:
  /// What the listeners have to do.
  void Poll() { context_.run_for(std::chrono::milliseconds(100)); }

  /// Whether it is a secret whose digest the programs have; each is found once.
  bool IsNewSecret(const std::string& word) {
    const json digests = targets_.description().at("sha256");
    for (const json& digest : digests) {
      if (digest == Sha256(word)) return found_.insert(word).second;
    }
    return false;
  }

  static std::string Content(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
  }

  template <typename Protocol>
  std::string Hear(const typename Protocol::endpoint& endpoint) {
    typename Protocol::socket socket(context_);
    socket.connect(endpoint);
    Poll();
    std::string data(100, '\0');
    data.resize(socket.read_some(asio::buffer(data)));
    return data;
  }

  std::string PathOf(const char* key) { return targets_.description().at(key).get<std::string>(); }
  asio::ip::port_type PortOf(const char* key) {
    return targets_.description().at(key).get<asio::ip::port_type>();
  }

  asio::io_context context_{1};
  AttackTargets targets_{context_.get_executor(), "full"};
  std::set<std::string> found_;
};

TEST_F(AttackTargetsTest, EveryOneHasASecretForWhoReachesIt) {
  EXPECT_TRUE(IsNewSecret(targets_.neighbours_secret()));
  EXPECT_TRUE(IsNewSecret(Content(PathOf("file"))));
  EXPECT_TRUE(IsNewSecret(Content(PathOf("elsewhere"))));
  const auto loopback = asio::ip::address_v4::loopback();
  EXPECT_TRUE(IsNewSecret(Hear<asio::ip::tcp>({loopback, PortOf("port")})));
  EXPECT_TRUE(IsNewSecret(Hear<asio::ip::tcp>({loopback, PortOf("service")})));
  EXPECT_TRUE(IsNewSecret(Hear<asio::local::stream_protocol>({PathOf("unix")})));
  EXPECT_TRUE(IsNewSecret(Hear<asio::local::stream_protocol>({PathOf("abstract")})));
  const int segment =
      ::shmget(targets_.description().at("shm").get<key_t>(), 0, 0);  // as any attacker would
  const void* memory = ::shmat(segment, nullptr, SHM_RDONLY);
  ASSERT_NE(memory, reinterpret_cast<void*>(-1));  // NOLINT(performance-no-int-to-ptr)
  EXPECT_TRUE(IsNewSecret(static_cast<const char*>(memory)));
  ::shmdt(memory);
  EXPECT_EQ(targets_.Disturbed(), std::vector<std::string>());
}

TEST_F(AttackTargetsTest, WhoSpeaksByDatagramIsAnsweredAndNoticed) {
  asio::ip::udp::socket socket(context_, asio::ip::udp::v4());
  socket.send_to(asio::buffer("hello", 5), {asio::ip::address_v4::loopback(), PortOf("udp")});
  Poll();
  std::string data(100, '\0');
  data.resize(socket.receive(asio::buffer(data)));
  EXPECT_TRUE(IsNewSecret(data));
  EXPECT_EQ(targets_.Disturbed().size(), 1U);
}

TEST_F(AttackTargetsTest, WhoSpeaksByLocalDatagramIsNoticed) {
  asio::local::datagram_protocol::socket socket(context_, asio::local::datagram_protocol());
  socket.send_to(asio::buffer("hello", 5), {PathOf("datagram")});
  Poll();
  EXPECT_EQ(targets_.Disturbed().size(), 1U);
}

TEST_F(AttackTargetsTest, TheEndOfTheOtherProcessIsNoticed) {
  const auto pid = targets_.description().at("pid").get<pid_t>();
  EXPECT_FALSE(Content("/proc/" + std::to_string(pid) + "/environ").empty());
  EXPECT_TRUE(targets_.Disturbed().empty());
  ASSERT_EQ(::kill(pid, SIGKILL), 0);
  for (int i = 0; i < 500 && targets_.Disturbed().empty(); ++i) ::usleep(10'000);
  EXPECT_EQ(targets_.Disturbed().size(), 1U);
}

TEST_F(AttackTargetsTest, NothingIsLeft) {
  const auto pid = targets_.description().at("pid").get<pid_t>();
  const auto key = targets_.description().at("shm").get<key_t>();
  const std::string folder = PathOf("folder");
  const std::string elsewhere = PathOf("elsewhere");
  targets_.Remove();
  targets_.Remove();
  EXPECT_FALSE(std::filesystem::exists(folder));
  EXPECT_FALSE(std::filesystem::exists(elsewhere));
  EXPECT_EQ(::kill(pid, 0), -1);
  EXPECT_EQ(::shmget(key, 0, 0), -1);
  asio::ip::tcp::socket socket(context_);
  boost::system::error_code error;
  socket.connect({asio::ip::address_v4::loopback(), PortOf("port")}, error);
  EXPECT_TRUE(error);
}

}  // namespace
}  // namespace pyrunner::cli

#include "cli/attack_targets.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <linux/close_range.h>
#include <poll.h>
#include <sched.h>
#include <sys/ipc.h>
#include <sys/prctl.h>
#include <sys/shm.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/basic_datagram_socket.hpp>
#include <boost/asio/basic_socket_acceptor.hpp>
#include <boost/asio/basic_stream_socket.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ip/udp.hpp>
#include <boost/asio/local/datagram_protocol.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <memory>
#include <random>
#include <string_view>
#include <system_error>
#include <utility>

#include "base/clone.h"
#include "base/fd.h"
#include "base/sha256.h"

namespace pyrunner::cli {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using asio::ip::udp;
using local_datagram = asio::local::datagram_protocol;
using local_stream = asio::local::stream_protocol;

constexpr const char* kVariable = "ATTACK_SECRET";
constexpr mode_t kForEverybody = 0777;
constexpr mode_t kForReaders = 0644;

std::string RandomSecret() {
  std::random_device random;  // the kernel's, or the processor's
  std::string secret = "canary-";
  for (int i = 0; i < 3; ++i) secret += fmt::format("{:08x}", random());
  return secret;
}

/// Tells whoever connects a secret.
template <typename Protocol>
asio::awaitable<void> Tell(std::shared_ptr<asio::basic_socket_acceptor<Protocol>> acceptor,
                           std::string secret) {
  boost::system::error_code error;
  while (acceptor->is_open()) {
    auto accepting = acceptor->async_accept(asio::redirect_error(asio::use_awaitable, error));
    auto peer = co_await std::move(accepting);
    if (error) co_return;
    peer.non_blocking(true, error);
    peer.write_some(asio::buffer(secret), error);
  }
}

/// Answers datagrams with a secret, and remembers that somebody spoke.
template <typename Protocol>
asio::awaitable<void> Reply(std::shared_ptr<asio::basic_datagram_socket<Protocol>> socket,
                            std::string secret, std::string remembrance) {
  boost::system::error_code error;
  std::array<char, 4096> data{};
  while (socket->is_open()) {
    typename Protocol::endpoint peer;
    auto receiving = socket->async_receive_from(asio::buffer(data), peer,
                                                asio::redirect_error(asio::use_awaitable, error));
    co_await std::move(receiving);
    if (error) co_return;
    const Fd spoken(::open(remembrance.c_str(), O_CREAT | O_WRONLY | O_CLOEXEC, kForReaders));
    socket->send_to(asio::buffer(secret), peer, 0, error);
  }
}

/// Writes a new file that everybody may read.
bool WriteFile(const Fd& file, std::string_view text) {
  return file.valid() && ::fchmod(file.get(), kForReaders) == 0 &&
         ::write(file.get(), text.data(), text.size()) == static_cast<ssize_t>(text.size());
}

/// The life of the other process: it has a copy of this one's environment, and nothing open.
[[noreturn]] void Idle(pid_t parent) {
  ::signal(SIGINT, SIG_DFL);
  ::signal(SIGTERM, SIG_DFL);
  ::setsid();  // a terminal's signals are not for it
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  ::prctl(PR_SET_DUMPABLE, 1);  // as any process of this user is
  ::syscall(SYS_close_range, 0U, ~0U, 0U);
  if (::getppid() != parent) ::_exit(0);
  for (;;) ::pause();
}

}  // namespace

void CarrySecret(const char* const* argv) {
  const char* present = std::getenv(kVariable);
  if (present != nullptr && std::string_view(present).starts_with("canary-")) return;
  ::setenv(kVariable, RandomSecret().c_str(), 1);
  // What setenv() sets is not where /proc/PID/environ shows it; what exec passes on is. If this
  // fails, one of the traces is missing, and the others are there.
  std::vector<char*> arguments;
  // The name of the program, which the caller does not pass.
  std::string name = "pyrunner";
  arguments.push_back(name.data());
  for (; *argv != nullptr; ++argv) arguments.push_back(const_cast<char*>(*argv));
  arguments.push_back(nullptr);
  ::execv("/proc/self/exe", arguments.data());
}

AttackTargets::AttackTargets(asio::any_io_executor executor, std::string_view level)
    : executor_(std::move(executor)) {
  description_["level"] = level;
  description_["sha256"] = nlohmann::json::array();
  neighbours_secret_ = NewSecret();
  if (const char* carried = std::getenv(kVariable)) {
    description_["sha256"].push_back(Sha256(carried));
  }
  std::array<char, 256> host{};
  if (::gethostname(host.data(), host.size() - 1) == 0) description_["hostname"] = host.data();
  PlantFiles();
  PlantSockets();
  PlantProcess();
  PlantSharedMemory();
}

std::string AttackTargets::NewSecret() {
  std::string secret = RandomSecret();
  description_["sha256"].push_back(Sha256(secret));
  return secret;
}

void AttackTargets::PlantFiles() {
  std::string folder = "/tmp/pyrunner-attack-XXXXXX";
  if (::mkdtemp(folder.data()) != nullptr) {
    folder_ = folder;
    removals_.emplace_back([folder] {
      std::error_code error;
      std::filesystem::remove_all(folder, error);
    });
    ::chmod(folder.c_str(), 0755);
    description_["folder"] = folder;
    const std::string path = folder + "/secret";
    const Fd file(::open(path.c_str(), O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, kForReaders));
    if (WriteFile(file, NewSecret())) description_["file"] = path;
    drop_ = folder + "/drop";  // where everybody may write
    if (::mkdir(drop_.c_str(), kForEverybody) == 0 && ::chmod(drop_.c_str(), 01777) == 0) {
      description_["drop"] = drop_;
    }
  }
  std::string elsewhere = "/var/tmp/pyrunner-attack-XXXXXX";
  const Fd file(::mkostemp(elsewhere.data(), O_CLOEXEC));
  if (!file) return;
  removals_.emplace_back([elsewhere] { ::unlink(elsewhere.c_str()); });
  if (WriteFile(file, NewSecret())) description_["elsewhere"] = elsewhere;
}

void AttackTargets::PlantSockets() {
  const auto listen = [this]<typename Endpoint>(const Endpoint& endpoint) {
    using Protocol = typename Endpoint::protocol_type;
    auto acceptor = std::make_shared<asio::basic_socket_acceptor<Protocol>>(executor_);
    boost::system::error_code error;
    acceptor->open(endpoint.protocol(), error);
    if (!error) acceptor->bind(endpoint, error);
    if (!error) acceptor->listen(64, error);
    if (error) return std::shared_ptr<asio::basic_socket_acceptor<Protocol>>();
    removals_.emplace_back([acceptor] {
      boost::system::error_code ignored;
      acceptor->close(ignored);
    });
    asio::co_spawn(executor_, Tell<Protocol>(acceptor, NewSecret()), asio::detached);
    return acceptor;
  };
  const auto answer = [this]<typename Endpoint>(const Endpoint& endpoint) {
    using Protocol = typename Endpoint::protocol_type;
    auto socket = std::make_shared<asio::basic_datagram_socket<Protocol>>(executor_);
    boost::system::error_code error;
    socket->open(endpoint.protocol(), error);
    if (!error) socket->bind(endpoint, error);
    if (error) return std::shared_ptr<asio::basic_datagram_socket<Protocol>>();
    removals_.emplace_back([socket] {
      boost::system::error_code ignored;
      socket->close(ignored);
    });
    asio::co_spawn(executor_, Reply<Protocol>(socket, NewSecret(), drop_ + "/spoken-to"),
                   asio::detached);
    return socket;
  };
  const auto loopback = asio::ip::address_v4::loopback();
  // There is no service: its port is another one that should not be reached.
  for (const char* name : {"port", "service"}) {
    if (auto socket = listen(tcp::endpoint(loopback, 0))) {
      description_[name] = socket->local_endpoint().port();
    }
  }
  if (folder_.empty()) return;
  if (auto socket = answer(udp::endpoint(loopback, 0))) {
    description_["udp"] = socket->local_endpoint().port();
  }
  const std::string path = folder_ + "/socket";
  if (listen(local_stream::endpoint(path)) && ::chmod(path.c_str(), kForEverybody) == 0) {
    description_["unix"] = path;
  }
  const std::string datagrams = folder_ + "/datagram";
  if (answer(local_datagram::endpoint(datagrams)) &&
      ::chmod(datagrams.c_str(), kForEverybody) == 0) {
    description_["datagram"] = datagrams;
  }
  const std::string abstract =
      std::string(1, '\0') + std::filesystem::path(folder_).filename().string();
  if (listen(local_stream::endpoint(abstract))) description_["abstract"] = abstract;
}

void AttackTargets::PlantProcess() {
  const pid_t self = ::getpid();
  int pidfd = -1;
  const long pid = Clone(CLONE_PIDFD | SIGCHLD, &pidfd);
  if (pid == 0) Idle(self);
  if (pid < 0) return;
  process_ = Pidfd(Fd(pidfd));
  description_["pid"] = pid;
  removals_.emplace_back([this] {
    (void)process_.Signal(SIGKILL);
    ::waitid(P_PIDFD, static_cast<id_t>(process_.get()), nullptr, WEXITED);
    process_ = Pidfd();
  });
}

void AttackTargets::PlantSharedMemory() {
  std::random_device random;
  const auto key = static_cast<key_t>((random() >> 2) + 1);
  const int segment = ::shmget(key, 4096, IPC_CREAT | IPC_EXCL | 0666);
  if (segment < 0) return;
  removals_.emplace_back([segment] { ::shmctl(segment, IPC_RMID, nullptr); });
  void* memory = ::shmat(segment, nullptr, 0);
  if (memory == reinterpret_cast<void*>(-1)) return;  // NOLINT(performance-no-int-to-ptr)
  const std::string secret = NewSecret();
  std::memcpy(memory, secret.data(), secret.size());
  ::shmdt(memory);
  description_["shm"] = key;
}

std::vector<std::string> AttackTargets::Disturbed() const {
  std::vector<std::string> found;
  std::error_code error;
  if (!drop_.empty() && !std::filesystem::is_empty(drop_, error)) {
    found.emplace_back("a program wrote to a folder of the host, or was heard there");
  }
  if (process_.valid()) {
    pollfd ended{process_.get(), POLLIN, 0};
    if (::poll(&ended, 1, 0) != 0) found.emplace_back("another process of this user has ended");
  }
  return found;
}

void AttackTargets::Remove() {
  while (!removals_.empty()) {
    removals_.back()();
    removals_.pop_back();
  }
}

}  // namespace pyrunner::cli

#include "http/server.h"

#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ip/v6_only.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <cerrno>
#include <cstring>
#include <map>
#include <optional>
#include <span>
#include <unordered_set>
#include <utility>
#include <vector>

#include "base/fd.h"
#include "http/connection.h"

namespace pyrunner::http {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;
using Clock = std::chrono::steady_clock;

constexpr std::chrono::milliseconds kTick{100};
constexpr std::chrono::milliseconds kAcceptBackOff{100};
constexpr std::chrono::seconds kAcceptLogInterval{5};
constexpr int kAcceptBatch = 64;  // then the others get their turn
constexpr int kBacklog = 4096;    // the kernel caps it at net.core.somaxconn
// Turned away, but given time to read why. Beyond so many the answer is sent and the socket closed.
constexpr std::size_t kMaxTurnedAwayAtOnce = 128;
// One look at all connections, for the overdue among them, serves so many that come.
constexpr std::size_t kDisplacedAtOnce = 32;

constexpr Refusal kServerFull{503, "Too many connections at the moment: try again later"};
constexpr Refusal kAddressFull{
    429, "Too many connections from this address: close some, or send requests over fewer"};

// Whom a limit per address counts as one: an IPv4 address, or an IPv6 network of 64 bits, which is
// what a single customer gets.
using AddressKey = std::array<unsigned char, 9>;

AddressKey KeyOf(const asio::ip::address& address) {
  AddressKey key{};
  if (address.is_v6() && !address.to_v6().is_v4_mapped()) {
    const auto bytes = address.to_v6().to_bytes();
    key[0] = 6;
    std::copy_n(bytes.begin(), 8, key.begin() + 1);
  } else {
    const auto v4 = address.is_v4()
                        ? address.to_v4()
                        : asio::ip::make_address_v4(asio::ip::v4_mapped, address.to_v6());
    const auto bytes = v4.to_bytes();
    key[0] = 4;
    std::copy_n(bytes.begin(), 4, key.begin() + 1);
  }
  return key;
}

}  // namespace

class Server::Impl : public std::enable_shared_from_this<Impl> {
 public:
  Impl(asio::io_context& context, ServerOptions options, const Router& router)
      : io_context_(context),
        acceptor_(context),
        accept_timer_(context),
        tick_timer_(context),
        drain_timer_(context),
        shared_(
            std::make_shared<ServerContext>(ServerContext{std::move(options), router, {}, false})) {
    for (auto& name : shared_->options.allowed_hosts) {
      if (name.starts_with('[') && name.ends_with(']')) name = name.substr(1, name.size() - 2);
    }
  }

  Status Listen(std::string_view host, std::uint16_t port);
  [[nodiscard]] std::uint16_t port() const { return port_; }
  void Start();
  void StopAccepting();
  void CutAll();
  [[nodiscard]] ServerStats stats() const;

  static asio::awaitable<void> Drain(std::shared_ptr<Impl> self, Clock::time_point deadline);

 private:
  using Purpose = std::optional<Refusal>;  // nothing: serve

  // What one address has of the connections.
  struct Share {
    std::size_t connections = 0;
    Clock::time_point none_overdue_until;  // known from the last look
  };

  // The life of one connection, from its registration to its end, however it ends.
  class Registration {
   public:
    Registration(std::shared_ptr<Impl> server, std::shared_ptr<Connection> connection,
                 AddressKey address, bool counted);
    Registration(const Registration&) = delete;
    Registration& operator=(const Registration&) = delete;
    ~Registration();

    [[nodiscard]] Connection& connection() const { return *connection_; }
    [[nodiscard]] const AddressKey& address() const { return address_; }
    [[nodiscard]] bool counted() const { return counted_; }
    /// Takes it out of the limits.
    void Uncount();

   private:
    std::shared_ptr<Impl> server_;
    std::shared_ptr<Connection> connection_;
    AddressKey address_;
    bool counted_;  // against the limits: not for those turned away
  };

  static asio::awaitable<void> Accept(std::shared_ptr<Impl> self);
  static asio::awaitable<void> Tick(std::shared_ptr<Impl> self);
  static asio::awaitable<void> Run(std::shared_ptr<Impl> self,
                                   std::unique_ptr<Registration> registration, Purpose purpose);

  void Admit(Fd fd, const tcp::endpoint& peer);
  [[nodiscard]] Purpose PurposeOf(const AddressKey& address) const;
  enum class Shortage { kOfAddress, kOfAll };
  using WaitingSince = std::pair<Clock::time_point, Registration*>;
  /// Ends connections that only wait for their clients, if some have to go.
  void MakeRoom(const AddressKey& newcomer, Shortage shortage);
  /// Of one address, or of all for nullptr. `none_until`: what the last look found.
  void DisplaceOverdue(const AddressKey* address, Clock::time_point& none_until);
  [[nodiscard]] std::vector<WaitingSince> Waiting(const AddressKey* address,
                                                  Clock::duration patience) const;
  /// Ends those that wait longest.
  void Displace(std::vector<WaitingSince> waiting, std::size_t most);
  void LogAcceptError(int error);

  asio::io_context& io_context_;
  tcp::acceptor acceptor_;
  std::uint16_t port_ = 0;
  asio::steady_timer accept_timer_;  // between attempts, after an error
  asio::steady_timer tick_timer_;
  asio::steady_timer drain_timer_;
  std::shared_ptr<ServerContext> shared_;
  std::unordered_set<Registration*> registrations_;  // all, those turned away too
  std::map<AddressKey, Share> per_address_;
  bool ticking_ = false;
  Clock::time_point none_overdue_until_;  // of all addresses
  std::optional<Clock::time_point> accept_error_logged_;
};

Server::Impl::Registration::Registration(std::shared_ptr<Impl> server,
                                         std::shared_ptr<Connection> connection, AddressKey address,
                                         bool counted)
    : server_(std::move(server)),
      connection_(std::move(connection)),
      address_(address),
      counted_(counted) {
  server_->registrations_.insert(this);
  if (counted_) {
    ++server_->per_address_[address_].connections;
    ++server_->shared_->stats.open_connections;
  }
}

Server::Impl::Registration::~Registration() {
  server_->registrations_.erase(this);
  Uncount();
  if (server_->registrations_.empty()) server_->drain_timer_.cancel();
}

void Server::Impl::Registration::Uncount() {
  if (!std::exchange(counted_, false)) return;
  const auto share = server_->per_address_.find(address_);
  if (--share->second.connections == 0) server_->per_address_.erase(share);
  --server_->shared_->stats.open_connections;
}

Status Server::Impl::Listen(std::string_view host, std::uint16_t port) {
  const std::string object = std::string(host) + ":" + std::to_string(port);
  error_code error;
  tcp::endpoint endpoint(asio::ip::make_address(host, error), port);
  if (error) {
    tcp::resolver resolver(io_context_);
    const auto found = resolver.resolve(host, std::to_string(port), tcp::resolver::passive, error);
    if (error || found.empty()) {
      return Failure("listen on " + object + ": " + error.message() +
                     "; give an address such as 127.0.0.1");
    }
    endpoint = found.begin()->endpoint();
  }
  tcp::acceptor acceptor(io_context_);
  // A child that is executed later must not inherit the port.
  const int type = SOCK_STREAM | SOCK_CLOEXEC;
  Fd fd(::socket(endpoint.protocol().family(), type, 0));
  if (!fd) return SystemError("listen on", object);
  acceptor.assign(endpoint.protocol(), fd.get(), error);
  if (error) return SystemError("listen on", object, error.value());
  (void)fd.Release();
  acceptor.set_option(tcp::acceptor::reuse_address(true), error);
  if (!error && endpoint.address().is_v6() && endpoint.address().is_unspecified()) {
    acceptor.set_option(asio::ip::v6_only(false), error);
  }
  if (!error) acceptor.non_blocking(true, error);
  if (!error) acceptor.bind(endpoint, error);
  if (!error) acceptor.listen(kBacklog, error);
  if (error) return SystemError("listen on", object, error.value());
  endpoint = acceptor.local_endpoint(error);
  if (error) return SystemError("listen on", object, error.value());
  port_ = endpoint.port();
  acceptor_ = std::move(acceptor);
  return {};
}

void Server::Impl::Start() {
  asio::co_spawn(io_context_, Accept(shared_from_this()), asio::detached);
}

void Server::Impl::StopAccepting() {
  error_code ignored;
  acceptor_.close(ignored);
  accept_timer_.cancel();
}

asio::awaitable<void> Server::Impl::Accept(std::shared_ptr<Impl> self) {
  while (self->acceptor_.is_open()) {
    error_code error;
    co_await self->acceptor_.async_wait(tcp::acceptor::wait_read,
                                        asio::redirect_error(asio::use_awaitable, error));
    bool back_off = false;
    for (int i = 0; i < kAcceptBatch && !back_off && self->acceptor_.is_open(); ++i) {
      tcp::endpoint peer;
      socklen_t size = static_cast<socklen_t>(peer.capacity());
      // Not Asio's accept: it leaves the descriptor without close-on-exec.
      Fd fd(::accept4(self->acceptor_.native_handle(), peer.data(), &size, SOCK_CLOEXEC));
      if (fd) {
        peer.resize(size);
        self->Admit(std::move(fd), peer);
      } else if (errno == EAGAIN) {
        break;
      } else if (errno != EINTR && errno != ECONNABORTED && errno != EPROTO) {
        // Mostly EMFILE: the client stays in the backlog, where nothing is lost by waiting.
        self->LogAcceptError(errno);
        back_off = true;
      }
    }
    if (back_off) {
      self->accept_timer_.expires_after(kAcceptBackOff);
      co_await self->accept_timer_.async_wait(asio::redirect_error(asio::use_awaitable, error));
    }
  }
}

void Server::Impl::LogAcceptError(int error) {
  const auto now = Clock::now();
  if (accept_error_logged_ && now < *accept_error_logged_ + kAcceptLogInterval) return;
  accept_error_logged_ = now;
  shared_->Log(std::string("http: cannot accept connections: ") + std::strerror(error) +
               (error == EMFILE || error == ENFILE ? "; raise the limit on open files" : ""));
}

void Server::Impl::Admit(Fd fd, const tcp::endpoint& peer) {
  tcp::socket socket(io_context_);
  error_code error;
  socket.assign(peer.protocol(), fd.get(), error);
  if (error) return shared_->Log("http: cannot watch a connection: " + error.message());
  (void)fd.Release();
  socket.non_blocking(true, error);
  socket.set_option(tcp::no_delay(true), error);  // may fail when the client is gone already
  auto& stats = shared_->stats;
  ++stats.accepted_connections;

  const AddressKey address = KeyOf(peer.address());
  Purpose purpose = PurposeOf(address);
  if (purpose) {
    MakeRoom(address,
             purpose->status == kAddressFull.status ? Shortage::kOfAddress : Shortage::kOfAll);
    purpose = PurposeOf(address);
  }
  if (purpose) {
    ++stats.turned_away_connections;
    if (registrations_.size() - stats.open_connections >= kMaxTurnedAwayAtOnce) {
      const Response response = ErrorResponse(purpose->status, purpose->reason);
      std::string bytes;
      AppendHead(bytes, response, ConnectionField::kClose);
      bytes += response.body;
      socket.write_some(asio::buffer(bytes), error);
      return;
    }
  }
  // Registered here and not by the coroutine, so that the next in the batch sees the count.
  auto registration = std::make_unique<Registration>(
      shared_from_this(), std::make_shared<Connection>(std::move(socket), shared_), address,
      !purpose);
  asio::co_spawn(io_context_, Run(shared_from_this(), std::move(registration), purpose),
                 asio::detached);
  if (!std::exchange(ticking_, true)) {
    asio::co_spawn(io_context_, Tick(shared_from_this()), asio::detached);
  }
}

Server::Impl::Purpose Server::Impl::PurposeOf(const AddressKey& address) const {
  const auto& options = shared_->options;
  const auto same = per_address_.find(address);
  if (options.max_connections_per_address > 0 && same != per_address_.end() &&
      same->second.connections >= options.max_connections_per_address) {
    return kAddressFull;
  }
  if (shared_->stats.open_connections >= options.max_connections) return kServerFull;
  return std::nullopt;
}

void Server::Impl::MakeRoom(const AddressKey& newcomer, Shortage shortage) {
  if (shortage == Shortage::kOfAddress) {
    // An address that has its share makes room among its own.
    DisplaceOverdue(&newcomer, per_address_.at(newcomer).none_overdue_until);
    return;
  }
  DisplaceOverdue(nullptr, none_overdue_until_);
  if (shared_->stats.open_connections < shared_->options.max_connections) return;
  // Whoever connects anew all the time is never overdue, but has most of the connections.
  const auto heaviest = std::max_element(
      per_address_.begin(), per_address_.end(),
      [](const auto& a, const auto& b) { return a.second.connections < b.second.connections; });
  const auto own = per_address_.find(newcomer);
  const std::size_t after = own == per_address_.end() ? 1 : own->second.connections + 1;
  if (heaviest->second.connections <= 2 * after) return;
  const AddressKey address = heaviest->first;
  Displace(Waiting(&address, Clock::duration::zero()), 1);
}

void Server::Impl::DisplaceOverdue(const AddressKey* address, Clock::time_point& none_until) {
  // A flood must not make every arrival a look at all connections.
  const auto now = Clock::now();
  if (now < none_until) return;
  auto overdue = Waiting(address, shared_->options.patience_when_full);
  if (overdue.empty()) none_until = now + kTick;
  Displace(std::move(overdue), kDisplacedAtOnce);
}

std::vector<Server::Impl::WaitingSince> Server::Impl::Waiting(const AddressKey* address,
                                                              Clock::duration patience) const {
  const auto now = Clock::now();
  std::vector<WaitingSince> waiting;
  for (Registration* registration : registrations_) {
    if (!registration->counted() || (address && registration->address() != *address)) continue;
    const auto since = registration->connection().OverdueSince(now, patience);
    if (since) waiting.emplace_back(*since, registration);
  }
  return waiting;
}

void Server::Impl::Displace(std::vector<WaitingSince> waiting, std::size_t most) {
  const auto count = static_cast<std::ptrdiff_t>(std::min(waiting.size(), most));
  std::partial_sort(waiting.begin(), waiting.begin() + count, waiting.end());
  for (const auto& [since, registration] : std::span(waiting.begin(), waiting.begin() + count)) {
    ++shared_->stats.displaced_connections;
    registration->Uncount();
    registration->connection().Cut();
  }
}

asio::awaitable<void> Server::Impl::Run(std::shared_ptr<Impl> self,
                                        std::unique_ptr<Registration> registration,
                                        Purpose purpose) {
  Connection& connection = registration->connection();
  try {
    if (purpose) {
      co_await connection.TurnAway(*purpose);
    } else {
      co_await connection.Serve();
    }
  } catch (const std::exception& e) {
    self->shared_->Log(std::string("http: a connection failed: ") + e.what());
  }
}

asio::awaitable<void> Server::Impl::Tick(std::shared_ptr<Impl> self) {
  std::vector<std::shared_ptr<Connection>> due;
  while (!self->registrations_.empty()) {
    self->tick_timer_.expires_after(kTick);
    error_code error;
    co_await self->tick_timer_.async_wait(asio::redirect_error(asio::use_awaitable, error));
    // A tick may end connections, and with them their registrations: collect first.
    const auto now = Clock::now();
    for (const Registration* registration : self->registrations_) {
      Connection& connection = registration->connection();
      if (connection.NeedsTick(now)) due.push_back(connection.shared_from_this());
    }
    for (const auto& connection : due) connection->Tick(now);
    due.clear();
  }
  self->ticking_ = false;
}

void Server::Impl::CutAll() {
  std::vector<std::shared_ptr<Connection>> all;
  all.reserve(registrations_.size());
  for (const Registration* registration : registrations_) {
    all.push_back(registration->connection().shared_from_this());
  }
  for (const auto& connection : all) connection->Cut();
}

asio::awaitable<void> Server::Impl::Drain(std::shared_ptr<Impl> self, Clock::time_point deadline) {
  self->StopAccepting();
  self->shared_->draining = true;
  for (const Registration* registration : self->registrations_) registration->connection().Drain();
  while (!self->registrations_.empty() && Clock::now() < deadline) {
    self->drain_timer_.expires_at(deadline);
    error_code ignored;
    co_await self->drain_timer_.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
  }
  self->CutAll();
}

ServerStats Server::Impl::stats() const { return shared_->stats; }

Server::Server(asio::io_context& context, ServerOptions options, const Router& router)
    : impl_(std::make_shared<Impl>(context, std::move(options), router)) {}

Server::~Server() {
  impl_->StopAccepting();
  impl_->CutAll();
}

Status Server::Listen(std::string_view host, std::uint16_t port) {
  return impl_->Listen(host, port);
}

std::uint16_t Server::port() const { return impl_->port(); }

void Server::Start() { impl_->Start(); }

void Server::StopAccepting() { impl_->StopAccepting(); }

asio::awaitable<void> Server::Drain(Clock::time_point deadline) {
  return Impl::Drain(impl_, deadline);
}

ServerStats Server::stats() const { return impl_->stats(); }

}  // namespace pyrunner::http

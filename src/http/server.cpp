#include "http/server.h"

#include <sys/socket.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ip/v6_only.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <cerrno>
#include <cstring>
#include <optional>
#include <utility>

#include "base/fd.h"
#include "http/connection.h"
#include "http/open_connections.h"
#include "http/response.h"

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

}  // namespace

class Server::Impl : public std::enable_shared_from_this<Impl> {
 public:
  Impl(asio::io_context& context, ServerOptions options, const Router& router)
      : io_context_(context),
        acceptor_(context),
        accept_timer_(context),
        tick_timer_(context),
        drain_timer_(context),
        shared_(std::make_shared<ServerContext>(
            ServerContext{.options = std::move(options), .router = router})),
        connections_(std::make_shared<OpenConnections>(shared_)) {
    for (auto& name : shared_->options.allowed_hosts) {
      if (name.starts_with('[') && name.ends_with(']')) name = name.substr(1, name.size() - 2);
    }
  }

  Status Listen(std::string_view host, std::uint16_t port);
  [[nodiscard]] std::uint16_t port() const { return port_; }
  void Start();
  void StopAccepting();
  void StartDraining();
  void CutAll();
  [[nodiscard]] ServerStats stats() const;

  static asio::awaitable<void> Drain(std::shared_ptr<Impl> self, Clock::time_point deadline);

 private:
  using Purpose = std::optional<Refusal>;  // nothing: serve

  static asio::awaitable<void> Accept(std::shared_ptr<Impl> self);
  static asio::awaitable<void> Tick(std::shared_ptr<Impl> self);
  static asio::awaitable<void> Run(std::shared_ptr<Impl> self,
                                   std::unique_ptr<OpenConnections::Place> place, Purpose purpose);

  void Admit(Fd fd, const tcp::endpoint& peer);
  void LogAcceptError(int error);

  asio::io_context& io_context_;
  tcp::acceptor acceptor_;
  std::uint16_t port_ = 0;
  asio::steady_timer accept_timer_;  // between attempts, after an error
  asio::steady_timer tick_timer_;
  asio::steady_timer drain_timer_;
  std::shared_ptr<ServerContext> shared_;
  std::shared_ptr<OpenConnections> connections_;
  bool ticking_ = false;
  std::optional<Clock::time_point> accept_error_logged_;
};

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
  const Purpose purpose = connections_->MakeRoomFor(address);
  if (purpose) {
    ++stats.turned_away_connections;
    if (connections_->turned_away() >= kMaxTurnedAwayAtOnce) {
      const Response response = ErrorResponse(purpose->status, purpose->reason);
      std::string bytes;
      AppendHead(bytes, response, ConnectionField::kClose);
      bytes += response.body;
      socket.write_some(asio::buffer(bytes), error);
      return;
    }
  }
  // It gets its place here and not in the coroutine, so that the next in the batch sees the count.
  auto client = std::make_shared<const std::string>(peer.address().to_string());
  auto connection = std::make_shared<Connection>(std::move(socket), std::move(client), shared_);
  auto place = purpose ? connections_->AddTurnedAway(std::move(connection), address)
                       : connections_->AddServed(std::move(connection), address);
  asio::co_spawn(io_context_, Run(shared_from_this(), std::move(place), purpose), asio::detached);
  if (!std::exchange(ticking_, true)) {
    asio::co_spawn(io_context_, Tick(shared_from_this()), asio::detached);
  }
}

asio::awaitable<void> Server::Impl::Run(std::shared_ptr<Impl> self,
                                        std::unique_ptr<OpenConnections::Place> place,
                                        Purpose purpose) {
  Connection& connection = place->connection();
  try {
    if (purpose) {
      co_await connection.TurnAway(*purpose);
    } else {
      co_await connection.Serve();
    }
  } catch (const std::exception& e) {
    self->shared_->Log(std::string("http: a connection failed: ") + e.what());
  }
  place.reset();
  if (self->connections_->empty()) self->drain_timer_.cancel();
}

asio::awaitable<void> Server::Impl::Tick(std::shared_ptr<Impl> self) {
  while (!self->connections_->empty()) {
    self->tick_timer_.expires_after(kTick);
    error_code error;
    co_await self->tick_timer_.async_wait(asio::redirect_error(asio::use_awaitable, error));
    self->connections_->Tick(Clock::now());
  }
  self->ticking_ = false;
}

void Server::Impl::CutAll() {
  for (const auto& connection : connections_->All()) connection->Cut();
}

void Server::Impl::StartDraining() {
  StopAccepting();
  shared_->draining = true;
  for (const auto& connection : connections_->All()) connection->Drain();
}

asio::awaitable<void> Server::Impl::Drain(std::shared_ptr<Impl> self, Clock::time_point deadline) {
  self->StartDraining();
  while (!self->connections_->empty() && Clock::now() < deadline) {
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

void Server::StartDraining() { impl_->StartDraining(); }

asio::awaitable<void> Server::Drain(Clock::time_point deadline) {
  return Impl::Drain(impl_, deadline);
}

ServerStats Server::stats() const { return impl_->stats(); }

}  // namespace pyrunner::http

// Server: the HTTP/1.1 front of the gateway.
//
// It reads requests with our own framing (framing.h) straight off Asio sockets, hands them to a
// Router and writes what comes back. There is no second parser behind the first: two readings of
// the same bytes that differ are what request smuggling lives on.
#pragma once

#include <array>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <vector>

#include "base/caller.h"
#include "base/result.h"
#include "base/trace_context.h"
#include "http/framing.h"
#include "http/router.h"

namespace pyrunner::http {

/// What there is to tell of a request, once it has its response.
struct AnsweredRequest {
  std::string_view method;  // "other" if the route has no such method
  std::string_view route;   // as it was added to the router; empty: there is none
  int status = 0;
  std::chrono::nanoseconds time{};  // the handler's
  const Caller* caller = nullptr;   // as of ServerOptions::authorize
  TraceContext trace;
};

/// Sizes in bytes. A deadline below starts with what it bounds and is looked at every tenth of a
/// second.
struct ServerOptions {
  std::size_t max_target_bytes = 8 * kKiB;  // then 414
  std::size_t max_head_bytes = 32 * kKiB;   // then 431
  std::size_t max_headers = 64;             // then 431
  std::uint64_t max_body_bytes = 8 * kMiB;  // then 413
  /// Of all requests being read or answered; then 503. A quarter more for bodies of up to 64 KiB,
  /// so that large ones cannot keep them out.
  std::size_t max_buffered_body_bytes = 256 * kMiB;
  /// Of all responses that wait for their clients to take them; those of up to 64 KiB are not
  /// counted. A larger one beyond that is replaced by 503.
  std::size_t max_buffered_response_bytes = 512 * kMiB;
  std::size_t max_connections = 2048;              // then 503
  std::size_t max_connections_per_address = 1536;  // an IPv6 address is its /64; 0: no limit; 429

  std::chrono::milliseconds head_deadline{10'000};   // from its first byte, at first from accept
  std::chrono::milliseconds body_deadline{10'000};   // of a body; grows with what arrives
  std::chrono::milliseconds write_deadline{30'000};  // of a response; grows with what is taken
  std::chrono::milliseconds idle_deadline{30'000};   // between requests
  std::chrono::milliseconds linger_deadline{2'000};  // for an error to reach a client that sends
  /// When no more connections are allowed, one that is more than so late makes room for a new one:
  /// idle for so long, or in the middle of a head, a body or a response that its client neither
  /// sends nor takes at the rate below. If none is, one that waits for its client makes room when
  /// its address has more than twice as many as the newcomer's. So those who only hold connections
  /// do not keep others out.
  std::chrono::milliseconds patience_when_full{1'000};
  /// A body or a response may take a second more for each of so many bytes; whatever it got ahead,
  /// it is never allowed to stand still for longer than its deadline.
  std::size_t min_bytes_per_second = 32 * kKiB;

  /// The names by which this service may be called, without port or brackets; any other, or none,
  /// gets 421. Stops DNS rebinding. Empty: any name.
  std::vector<std::string> allowed_hosts;

  /// The origins of web pages that may use this service beside its own pages (see origin.h); any
  /// other page gets 403. Never everybody: whoever got an operator to open a page could then use
  /// what only the operator can reach.
  std::vector<std::string> allowed_origins;

  /// Who sends this request, or the response for somebody who may not. Asked with the head alone:
  /// the body of a request that is refused is never read. Not asked for a page's preflight, which
  /// has no credentials. Empty: anybody may. Must not throw.
  using Authorize =
      std::function<tl::expected<std::shared_ptr<const Caller>, Response>(const Request& head)>;
  Authorize authorize;

  /// Told of each request that a handler answered; no bytes of it but those that match the table of
  /// routes. Empty: nobody is. Must not throw.
  std::function<void(const AnsweredRequest&)> on_answer;

  /// Takes one line for the operator. It holds no bytes of a request.
  std::function<void(std::string)> log;

  [[nodiscard]] FramingLimits framing_limits() const {
    return {max_target_bytes, max_head_bytes, max_headers, max_body_bytes};
  }
};

/// Now, and since the start.
struct ServerStats {
  std::size_t open_connections = 0;
  std::size_t active_requests = 0;      // a handler runs
  std::size_t buffered_body_bytes = 0;  // held for requests being read or answered
  std::size_t buffered_response_bytes = 0;
  std::uint64_t accepted_connections = 0;
  std::uint64_t turned_away_connections = 0;  // beyond a limit on connections
  std::uint64_t displaced_connections = 0;    // ended to make room
  std::uint64_t requests = 0;                 // handed to the router
  std::uint64_t refused_requests = 0;         // by framing, limits, deadlines, host or authorize
  std::uint64_t disconnects = 0;              // the client left while its handler ran
  std::array<std::uint64_t, 5> responses{};   // begun, of the statuses from 100, 200, ...
};

/// Serves HTTP/1.1 and 1.0 on one address. Use it from the io_context's one thread only. The
/// router and everything its handlers touch must outlive the io_context's run.
///
/// A client is gone, and its request's Cancellation cancelled, as soon as the kernel reports the
/// end of its stream or a reset while the handler runs. A close() and a shutdown(SHUT_WR) look the
/// same from here, so a client that half-closes after its request (`nc -N`) counts as gone as well,
/// unless the answer was ready at once: the alternative is a sandbox running for nobody.
///
/// What is refused before a handler sees it is answered once with {"detail": ...}, then the
/// connection is closed: for up to linger_deadline what the client still sends is thrown away,
/// because closing over unread bytes would reset the connection and destroy the answer.
class Server {
 public:
  Server(boost::asio::io_context& context, ServerOptions options, const Router& router);
  /// Stops accepting and cuts all connections.
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  /// Binds a numeric address or a name, v4 or v6 ("::" takes both); port 0 lets the kernel choose.
  [[nodiscard]] Status Listen(std::string_view host, std::uint16_t port);

  /// The bound port; 0 before Listen.
  [[nodiscard]] std::uint16_t port() const;

  /// Starts to accept. Clients that came since Listen have been waiting in the backlog.
  void Start();

  /// Closes the listening socket and idle connections at once, and busy ones after their answer,
  /// which says `Connection: close`: a balancer sends to another instance from now on.
  void StartDraining();

  /// Ends service: starts draining, and completes when all connections are gone. At the deadline
  /// the rest are cut: sockets closed, handlers cancelled but not waited for.
  [[nodiscard]] boost::asio::awaitable<void> Drain(std::chrono::steady_clock::time_point deadline);

  [[nodiscard]] ServerStats stats() const;

 private:
  class Impl;
  // Shared with the coroutines, which may outlive the Server until the io_context is gone.
  std::shared_ptr<Impl> impl_;
};

}  // namespace pyrunner::http

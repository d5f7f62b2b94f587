// Connection: the requests of one client, one after the other. Internal to the server.
#pragma once

#include <array>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <tl/expected.hpp>

#include "base/resumption.h"
#include "http/framing.h"
#include "http/message.h"
#include "http/read_buffer.h"
#include "http/response.h"
#include "http/server.h"

namespace pyrunner::http {

/// What the connections of a server have in common.
struct ServerContext {
  ServerOptions options;
  const Router& router;
  ServerStats stats;
  bool draining = false;
  TraceIds trace_ids;

  void Log(std::string line) const {
    if (options.log) options.log(std::move(line));
  }
};

/// One client's connection, a coroutine over one socket. At any moment it waits for one thing, its
/// phase, until one deadline. The deadline is a number that the server's ticker compares, not a
/// timer: no timer is armed or cancelled on the path of a request.
///
/// Owned by shared_ptr; the caller of Serve or TurnAway holds one until the awaitable completes.
/// Used from the io_context's thread only.
class Connection : public std::enable_shared_from_this<Connection> {
 public:
  using Clock = std::chrono::steady_clock;
  using Socket = boost::asio::ip::tcp::socket;

  /// `client` is the other end's address.
  Connection(Socket socket, std::shared_ptr<const std::string> client,
             std::shared_ptr<ServerContext> context);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  /// Serves requests until the connection ends. Never throws but for lack of memory.
  [[nodiscard]] boost::asio::awaitable<void> Serve();

  /// Answers once without reading a request, then closes.
  [[nodiscard]] boost::asio::awaitable<void> TurnAway(Refusal refusal);

  /// Whether Tick has something to do.
  [[nodiscard]] bool NeedsTick(Clock::time_point now) const {
    return now >= deadline_ || watch_by_tick_;
  }
  /// Ends a wait whose deadline has passed; looks for a disconnect behind unread bytes.
  void Tick(Clock::time_point now);

  /// Since when this connection has kept the service waiting for longer than `patience` beyond what
  /// its client has earned by the bytes that it sent or took; nothing while it has not, and while
  /// a handler runs. Of a full house, the first of these is the one to go.
  [[nodiscard]] std::optional<Clock::time_point> OverdueSince(Clock::time_point now,
                                                              Clock::duration patience) const;

  /// Ends an idle connection; any other ends after its current request.
  void Drain();

  /// Ends the connection now and cancels its request.
  void Cut();

 private:
  enum class Phase { kIdle, kHead, kBody, kRunning, kWriting, kLingering };

  /// Refusal with status 0: end the connection without a word.
  template <typename T>
  using Outcome = tl::expected<T, Refusal>;

  /// What remains of a head that passed.
  struct Incoming {
    Request request;
    BodyFraming framing;
    std::uint64_t length;
    bool expects_continue;
    std::optional<Refusal> refusal;  // by its host or origin
    bool from_allowed_origin;        // a page of another origin will read the response
    bool with_body;                  // the response: not for HEAD
    bool keep_alive;
    ConnectionField kept_field;  // what the response says when the connection is kept
  };

  boost::asio::awaitable<Outcome<std::size_t>> ReadHead();
  [[nodiscard]] Outcome<Incoming> TakeHead(std::size_t size);
  boost::asio::awaitable<Outcome<std::string>> ReadBody(BodyFraming framing, std::uint64_t length,
                                                        bool expects_continue);
  boost::asio::awaitable<Outcome<std::string>> ReadBodyOfLength(std::uint64_t length);
  boost::asio::awaitable<Outcome<std::string>> ReadChunkedBody();
  boost::asio::awaitable<std::size_t> ReadSome(boost::asio::mutable_buffer room);
  boost::asio::awaitable<Response> Run(Request request);
  /// Counts a large response, or replaces it; returns what was counted.
  std::size_t HoldResponse(Response& response);
  boost::asio::awaitable<bool> Write(Response response, ConnectionField field, bool with_body);
  boost::asio::awaitable<bool> WriteAll(std::array<boost::asio::const_buffer, 2> buffers);
  /// `origin`: whose pages may read why; empty for none. It outlives the awaitable.
  boost::asio::awaitable<void> Refuse(Refusal refusal, bool with_body,
                                      std::string_view origin = {});
  boost::asio::awaitable<void> RefuseWith(Response response, bool with_body,
                                          std::string_view origin);
  boost::asio::awaitable<void> Close();

  [[nodiscard]] bool HostIsAllowed(std::string_view host) const;
  [[nodiscard]] Refusal ReadFailure() const;
  /// Moves the deadline on for bytes that were sent or taken.
  void Earn(std::size_t bytes);
  void Enter(Phase phase, Clock::duration allowed);

  // The accounting of the current body, in all connections' sum.
  [[nodiscard]] bool HoldBody(std::size_t bytes);
  void ReleaseBody();

  class Watcher;
  void Watch();
  void OnReadable(bool cancelled);
  void OnDisconnect();
  [[nodiscard]] bool PeerIsGone();

  Socket socket_;
  std::shared_ptr<const std::string> client_;
  std::shared_ptr<ServerContext> context_;
  ReadBuffer buffer_;
  HeadScanner scanner_;
  std::string head_out_;
  std::size_t held_body_bytes_ = 0;

  Phase phase_ = Phase::kIdle;
  Clock::time_point deadline_;
  Clock::duration allowed_;  // what of the deadline the phase began with
  bool first_ = true;        // no request was read yet
  bool expired_ = false;     // the deadline of this phase has passed
  bool gone_ = false;        // the client left, or was cut, while its handler ran

  std::shared_ptr<Cancellation> cancellation_;  // of the running request
  Resumption readable_;
  bool cancelled_ = false;      // the last wait was
  int reads_in_a_row_ = 0;      // without a wait
  bool watching_ = false;       // a wait for readability is under way
  bool watch_by_tick_ = false;  // unread bytes make readability tell nothing
};

}  // namespace pyrunner::http

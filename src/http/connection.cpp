#include "http/connection.h"

#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <cerrno>
#include <exception>
#include <utility>

#include "http/chunked.h"
#include "http/origin.h"

namespace pyrunner::http {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;

constexpr std::size_t kReadBytes = 2 * kKiB;       // room for a head's next bytes
constexpr std::size_t kBodyReadBytes = 16 * kKiB;  // for a chunked body's
constexpr std::size_t kFirstBodyBytes = 64 * kKiB;
constexpr int kMaxRequestsInARow = 16;  // of one connection, before others get their turn
constexpr int kMaxReadsInARow = 16;     // the same
constexpr std::uint64_t kMaxLingerBytes = 64 * kMiB;

constexpr Refusal kSilently{0, {}};
constexpr Refusal kUnknownHost{421,
                               "This service does not go by the name in Host: use its address, or "
                               "have its operator allow the name"};
constexpr Refusal kOtherSite{403,
                             "A web page of another site may not use this service, unless its "
                             "operator allows the page's origin with --allowed-origins"};
constexpr Refusal kTooMuchBuffered{503, "Too many large requests at the moment: try again later"};

Request MakeRequest(const FramingDecision& head) {
  Request request;
  request.method = head.method;
  request.path = head.path;
  request.query = head.query;
  request.headers.reserve(head.headers.size());
  for (const auto& [name, value] : head.headers) {
    auto& field = request.headers.emplace_back(name, value);
    for (char& c : field.first) {
      if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + ('a' - 'A'));
    }
  }
  return request;
}

/// Nothing that comes after needs them, or could then give them away.
void ForgetCredentials(Request& request) {
  std::erase_if(request.headers, [](const auto& field) {
    return field.first == "authorization" || field.first == "x-api-key";
  });
}

/// Two of them contradict each other.
std::string_view OnlyTraceparent(const Request& request) {
  std::string_view only;
  for (const auto& [name, value] : request.headers) {
    if (name != "traceparent") continue;
    if (!only.empty()) return {};
    only = value;
  }
  return only;
}

}  // namespace

Connection::Connection(Socket socket, std::shared_ptr<const std::string> client,
                       std::shared_ptr<ServerContext> context)
    : socket_(std::move(socket)),
      client_(std::move(client)),
      context_(std::move(context)),
      scanner_(context_->options.framing_limits()),
      deadline_(Clock::now() + context_->options.head_deadline),
      allowed_(context_->options.head_deadline) {}

Connection::~Connection() { ReleaseBody(); }

asio::awaitable<void> Connection::Serve() {
  for (int in_a_row = 1;; ++in_a_row) {
    const auto head_size = co_await ReadHead();
    if (!head_size) {
      co_await Refuse(head_size.error(), true);
      co_return;
    }
    auto incoming = TakeHead(*head_size);
    if (!incoming) {
      co_await Refuse(incoming.error(), true);
      co_return;
    }
    if (incoming->refusal) {
      co_await Refuse(*incoming->refusal, incoming->with_body);
      co_return;
    }
    std::string reader;  // the other origin that may read the response
    if (incoming->from_allowed_origin) reader = incoming->request.Header("origin");
    const bool preflight = incoming->from_allowed_origin && IsPreflight(incoming->request);
    if (context_->options.authorize && !preflight) {
      auto caller = context_->options.authorize(incoming->request);
      if (!caller) {
        co_await RefuseWith(std::move(caller.error()), incoming->with_body, reader);
        co_return;
      }
      incoming->request.caller = std::move(*caller);
      ForgetCredentials(incoming->request);
    }
    if (incoming->framing != BodyFraming::kNone) {
      auto body =
          co_await ReadBody(incoming->framing, incoming->length, incoming->expects_continue);
      if (!body) {
        ReleaseBody();  // now, not after the linger
        co_await Refuse(body.error(), incoming->with_body, reader);
        co_return;
      }
      incoming->request.body = std::move(*body);
    }
    if (gone_) co_return;  // cut while the request came in: nobody waits for its answer
    Response response;
    if (preflight) {
      response = PreflightResponse();
    } else {
      response = co_await Run(std::move(incoming->request));
    }
    ReleaseBody();
    if (gone_) co_return;
    if (!reader.empty()) AllowOrigin(response, reader);

    const bool keep = incoming->keep_alive && !context_->draining;
    const ConnectionField field = keep ? incoming->kept_field : ConnectionField::kClose;
    if (!co_await Write(std::move(response), field, incoming->with_body)) co_return;
    if (!keep) {
      co_await Close();
      co_return;
    }
    // A client that pipelines quick requests must not keep the thread to itself.
    if (buffer_.empty()) {
      in_a_row = 0;
    } else if (in_a_row >= kMaxRequestsInARow) {
      in_a_row = 0;
      co_await asio::post(socket_.get_executor(), asio::use_awaitable);
    }
  }
}

asio::awaitable<void> Connection::TurnAway(Refusal refusal) {
  Response response = ErrorResponse(refusal.status, refusal.reason);
  if (co_await Write(std::move(response), ConnectionField::kClose, true)) co_await Close();
}

// Copies what is kept of a head out of the buffer; the views that CheckHead gives die here.
Connection::Outcome<Connection::Incoming> Connection::TakeHead(std::size_t size) {
  const auto head = CheckHead(buffer_.view().substr(0, size), context_->options.framing_limits());
  if (!head) return tl::unexpected(head.error());
  Incoming incoming;
  incoming.request = MakeRequest(*head);
  incoming.framing = head->body;
  incoming.length = head->content_length;
  incoming.expects_continue = head->expects_continue;
  incoming.from_allowed_origin = false;
  if (HostIsAllowed(head->host)) {
    const auto verdict = CheckOrigin(incoming.request, context_->options.allowed_origins);
    incoming.from_allowed_origin = verdict == OriginVerdict::kAllowed;
    if (verdict == OriginVerdict::kRefused) incoming.refusal = kOtherSite;
  } else {
    incoming.refusal = kUnknownHost;
  }
  incoming.with_body = head->method != "HEAD";
  incoming.keep_alive = head->keep_alive;
  incoming.kept_field =
      head->minor_version == 0 ? ConnectionField::kKeepAlive : ConnectionField::kImplied;
  buffer_.Consume(size);
  first_ = false;
  return incoming;
}

asio::awaitable<Connection::Outcome<std::size_t>> Connection::ReadHead() {
  scanner_.Reset();
  const auto& options = context_->options;
  if (first_ || !buffer_.empty()) {
    Enter(buffer_.empty() ? Phase::kIdle : Phase::kHead, options.head_deadline);
  } else {
    Enter(Phase::kIdle, options.idle_deadline);
  }
  while (true) {
    if (!buffer_.empty()) {
      const auto size = scanner_.Scan(buffer_.view());
      if (!size) co_return tl::unexpected(size.error());
      if (*size > 0) co_return *size;
    } else if (context_->draining) {
      co_return tl::unexpected(kSilently);
    }
    char* room = buffer_.Prepare(kReadBytes);
    const std::size_t count = co_await ReadSome(asio::buffer(room, buffer_.room()));
    if (count == 0) co_return tl::unexpected(ReadFailure());
    buffer_.Commit(count);
    if (phase_ == Phase::kIdle) {
      // The first head's deadline runs since the connection was accepted.
      if (!first_) deadline_ = Clock::now() + options.head_deadline;
      allowed_ = options.head_deadline;
      phase_ = Phase::kHead;
    }
  }
}

asio::awaitable<Connection::Outcome<std::string>> Connection::ReadBody(BodyFraming framing,
                                                                       std::uint64_t length,
                                                                       bool expects_continue) {
  // Who already sends the body does not wait to be asked for it.
  if (expects_continue && buffer_.empty()) {
    static constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";
    Enter(Phase::kWriting, context_->options.write_deadline);
    const std::array<asio::const_buffer, 2> line{asio::buffer(kContinue), asio::const_buffer()};
    if (!co_await WriteAll(line)) co_return tl::unexpected(kSilently);
  }
  Enter(Phase::kBody, context_->options.body_deadline);
  if (framing == BodyFraming::kChunked) co_return co_await ReadChunkedBody();
  co_return co_await ReadBodyOfLength(length);
}

// Reads straight into the body. It grows with what arrives rather than to what was announced, or a
// few clients that announce much and send nothing would use up everybody's room.
asio::awaitable<Connection::Outcome<std::string>> Connection::ReadBodyOfLength(
    std::uint64_t length) {
  std::string body;
  std::size_t received = 0;
  while (received < length) {
    if (received == body.size()) {
      const std::size_t size =
          std::min<std::uint64_t>(length, std::max(kFirstBodyBytes, 2 * received));
      if (!HoldBody(size)) co_return tl::unexpected(kTooMuchBuffered);
      body.resize(size);
    }
    if (!buffer_.empty()) {
      const std::size_t count = std::min(buffer_.size(), body.size() - received);
      buffer_.view().copy(body.data() + received, count);
      buffer_.Consume(count);
      received += count;
      continue;
    }
    const std::size_t count =
        co_await ReadSome(asio::buffer(body.data() + received, body.size() - received));
    if (count == 0) co_return tl::unexpected(ReadFailure());
    received += count;
    Earn(count);
  }
  co_return body;
}

asio::awaitable<Connection::Outcome<std::string>> Connection::ReadChunkedBody() {
  std::string body;
  ChunkedDecoder decoder(context_->options.max_body_bytes);
  while (true) {
    const std::size_t before = body.size();
    const auto consumed = decoder.Decode(buffer_.view(), body);
    if (!consumed) co_return tl::unexpected(consumed.error());
    buffer_.Consume(*consumed);
    if (!HoldBody(body.size())) co_return tl::unexpected(kTooMuchBuffered);
    if (decoder.done()) co_return body;
    Earn(body.size() - before);
    char* room = buffer_.Prepare(kBodyReadBytes);
    const std::size_t count = co_await ReadSome(asio::buffer(room, buffer_.room()));
    if (count == 0) co_return tl::unexpected(ReadFailure());
    buffer_.Commit(count);
  }
}

// 0: the deadline passed, or the client is gone; ReadFailure tells which.
//
// The wait for bytes and the watch for a disconnect while a handler runs are one and the same: it
// is begun when the handler is, and what it tells of after the answer is the next request.
asio::awaitable<std::size_t> Connection::ReadSome(asio::mutable_buffer room) {
  while (!expired_ && !gone_) {
    // Whoever sends a lot must not keep the thread to itself.
    if (!watching_ && reads_in_a_row_ < kMaxReadsInARow) {
      const ssize_t count = ::recv(socket_.native_handle(), room.data(), room.size(), MSG_DONTWAIT);
      ++reads_in_a_row_;
      if (count > 0) co_return static_cast<std::size_t>(count);
      if (count == 0 || (errno != EAGAIN && errno != EINTR)) co_return 0;
    }
    if (!watching_) Watch();
    auto readable = readable_.Wait();
    co_await std::move(readable);
    if (std::exchange(cancelled_, false)) co_return 0;
    reads_in_a_row_ = 0;
  }
  co_return 0;
}

Refusal Connection::ReadFailure() const {
  if (!expired_ || phase_ == Phase::kIdle) return kSilently;
  return Refusal{408, phase_ == Phase::kHead
                          ? "The head of the request took too long: send it in one go"
                          : "The body of the request took too long: send it faster"};
}

asio::awaitable<Response> Connection::Run(Request request) {
  Enter(Phase::kRunning, Clock::duration::max());
  ++context_->stats.requests;
  ++context_->stats.active_requests;
  cancellation_ = std::make_shared<Cancellation>();
  request.cancellation = cancellation_;
  request.client = client_;
  request.trace = Continue(OnlyTraceparent(request), context_->trace_ids);
  AnsweredRequest answered{.trace = request.trace};
  const auto caller = request.caller;
  if (context_->options.on_answer) {
    const Router::Name name = context_->router.NameOf(request);
    answered.method = name.method;
    answered.route = name.path;
    answered.caller = caller.get();
  }
  const auto start = Clock::now();
  if (!watching_) Watch();
  Response response;
  std::string failure;
  try {
    response = co_await context_->router.Dispatch(std::move(request));
  } catch (const std::exception& e) {
    failure = e.what();
    if (failure.empty()) failure = "no reason given";
  } catch (...) {
    failure = "not a std::exception";
  }
  watch_by_tick_ = false;
  cancellation_.reset();
  --context_->stats.active_requests;
  if (!failure.empty()) {
    context_->Log("http: a handler failed: " + failure);
    response = ErrorResponse(500, "Internal Server Error");
  }
  // The one name is that of the W3C's draft for responses, the other what most tools look for.
  for (const char* name : {"traceparent", "traceresponse"}) {
    response.headers.emplace_back(name, ToHeader(answered.trace));
  }
  if (context_->options.on_answer) {
    answered.status = response.status;
    answered.time = Clock::now() - start;
    context_->options.on_answer(answered);
  }
  co_return response;
}

// Clients that ask for much and read nothing must not fill the memory.
std::size_t Connection::HoldResponse(Response& response) {
  constexpr std::size_t kSmall = std::size_t{64} * 1024;
  auto& sum = context_->stats.buffered_response_bytes;
  if (response.body.size() <= kSmall) return 0;
  if (sum + response.body.size() > context_->options.max_buffered_response_bytes) {
    response = ErrorResponse(503, "Too many large answers wait to be read. Try again shortly.");
    response.headers.emplace_back("Retry-After", "1");
    return 0;
  }
  sum += response.body.size();
  return response.body.size();
}

asio::awaitable<bool> Connection::Write(Response response, ConnectionField field, bool with_body) {
  Enter(Phase::kWriting, context_->options.write_deadline);
  const std::size_t held = HoldResponse(response);
  auto& counts = context_->stats.responses;
  counts[std::clamp<std::size_t>(response.status / 100, 1, counts.size()) - 1] += 1;
  head_out_.clear();
  AppendHead(head_out_, response, field);
  std::array<asio::const_buffer, 2> buffers{asio::buffer(head_out_), asio::const_buffer()};
  if (with_body && StatusHasBody(response.status)) buffers[1] = asio::buffer(response.Body());
  const bool written = co_await WriteAll(buffers);
  context_->stats.buffered_response_bytes -= held;
  co_return written;
}

asio::awaitable<bool> Connection::WriteAll(std::array<asio::const_buffer, 2> buffers) {
  while (buffers[0].size() + buffers[1].size() > 0) {
    if (expired_) co_return false;
    // Most responses fit into the socket's buffer: then there is no wait and no way through the
    // scheduler.
    error_code error;
    std::size_t count = socket_.write_some(buffers, error);
    if (error == asio::error::would_block) {
      count = co_await socket_.async_write_some(buffers,
                                                asio::redirect_error(asio::use_awaitable, error));
    }
    if (error) co_return false;
    Earn(count);
    const std::size_t of_first = std::min(count, buffers[0].size());
    buffers[0] += of_first;
    buffers[1] += count - of_first;
  }
  co_return true;
}

asio::awaitable<void> Connection::Refuse(Refusal refusal, bool with_body, std::string_view origin) {
  if (refusal.status == 0) co_return;
  auto refused = RefuseWith(ErrorResponse(refusal.status, refusal.reason), with_body, origin);
  co_await std::move(refused);
}

asio::awaitable<void> Connection::RefuseWith(Response response, bool with_body,
                                             std::string_view origin) {
  ++context_->stats.refused_requests;
  if (!origin.empty()) AllowOrigin(response, origin);
  const bool written = co_await Write(std::move(response), ConnectionField::kClose, with_body);
  if (written) co_await Close();
}

// Sends FIN, then throws away what comes until the client has closed as well. Closing over unread
// bytes would send a reset, and a reset makes the peer's kernel forget the answer.
asio::awaitable<void> Connection::Close() {
  Enter(Phase::kLingering, context_->options.linger_deadline);
  buffer_.Consume(buffer_.size());
  error_code error;
  socket_.shutdown(Socket::shutdown_send, error);
  std::uint64_t discarded = 0;
  while (!error && discarded < kMaxLingerBytes) {
    char* room = buffer_.Prepare(kReadBytes);
    const std::size_t count = co_await ReadSome(asio::buffer(room, buffer_.room()));
    if (count == 0) break;
    discarded += count;
  }
}

bool Connection::HostIsAllowed(std::string_view host) const {
  const auto& allowed = context_->options.allowed_hosts;
  return allowed.empty() || std::any_of(allowed.begin(), allowed.end(), [host](const auto& name) {
           return EqualsIgnoringCase(name, host);
         });
}

// Never more than the phase began with: who sends a lot in one go cannot rest on it for minutes.
void Connection::Earn(std::size_t bytes) {
  const std::uint64_t rate = std::max<std::size_t>(1, context_->options.min_bytes_per_second);
  const std::chrono::microseconds earned(std::uint64_t{bytes} * 1'000'000 / rate);
  deadline_ = std::min(deadline_ + earned, Clock::now() + allowed_);
}

void Connection::Enter(Phase phase, Clock::duration allowed) {
  phase_ = phase;
  allowed_ = allowed;
  expired_ = false;
  deadline_ = allowed == Clock::duration::max() ? Clock::time_point::max() : Clock::now() + allowed;
}

bool Connection::HoldBody(std::size_t bytes) {
  auto& sum = context_->stats.buffered_body_bytes;
  const std::size_t others = sum - held_body_bytes_;
  const std::size_t limit = context_->options.max_buffered_body_bytes;
  const std::size_t reserve = bytes <= kFirstBodyBytes ? limit / 4 : 0;
  if (others + bytes > limit + reserve) return false;
  sum = others + bytes;
  held_body_bytes_ = bytes;
  return true;
}

void Connection::ReleaseBody() {
  context_->stats.buffered_body_bytes -= std::exchange(held_body_bytes_, 0);
}

// If the io_context ends before the wait, whoever waits has to end with it.
class Connection::Watcher {
 public:
  explicit Watcher(std::weak_ptr<Connection> connection) : connection_(std::move(connection)) {}
  Watcher(Watcher&&) = default;
  Watcher& operator=(Watcher&&) = delete;
  Watcher(const Watcher&) = delete;
  Watcher& operator=(const Watcher&) = delete;
  ~Watcher() {
    if (const auto connection = connection_.lock()) connection->readable_.Abandon();
  }
  void operator()(error_code error) {
    const auto connection = std::exchange(connection_, {}).lock();
    if (connection) connection->OnReadable(static_cast<bool>(error));
  }

 private:
  std::weak_ptr<Connection> connection_;
};

void Connection::Watch() {
  watching_ = true;
  socket_.async_wait(Socket::wait_read, Watcher(weak_from_this()));
}

void Connection::OnReadable(bool cancelled) {
  watching_ = false;
  cancelled_ = cancelled;
  if (phase_ == Phase::kRunning && !gone_) {
    if (PeerIsGone()) {
      OnDisconnect();
    } else {
      // Pipelined bytes. They stay where they are, so the kernel's buffer bounds what a client can
      // send ahead; but the socket will stay readable, so the ticker looks from now on.
      watch_by_tick_ = true;
    }
    return;
  }
  readable_.Resume();
}

void Connection::OnDisconnect() {
  gone_ = true;
  watch_by_tick_ = false;
  ++context_->stats.disconnects;
  const auto cancellation = cancellation_;  // the listener may end the request, and reset ours
  if (cancellation) cancellation->Cancel();
}

// Unlike a peeking recv this sees the end of the stream behind unread bytes too.
bool Connection::PeerIsGone() {
  pollfd descriptor{socket_.native_handle(), POLLRDHUP, 0};
  return ::poll(&descriptor, 1, 0) > 0;
}

void Connection::Tick(Clock::time_point now) {
  if (watch_by_tick_ && PeerIsGone()) OnDisconnect();
  if (now < deadline_ || expired_) return;
  expired_ = true;
  error_code ignored;
  socket_.cancel(ignored);
}

// The deadline grows with what the client does; so does the day when it is overdue.
std::optional<Connection::Clock::time_point> Connection::OverdueSince(
    Clock::time_point now, Clock::duration patience) const {
  if (phase_ == Phase::kRunning || gone_) return std::nullopt;
  const auto since = deadline_ - allowed_ + std::min(allowed_, patience);
  return now < since ? std::nullopt : std::optional(since);
}

void Connection::Drain() {
  if (phase_ != Phase::kIdle) return;
  error_code ignored;
  socket_.cancel(ignored);
}

void Connection::Cut() {
  const bool running = phase_ == Phase::kRunning && !gone_;
  gone_ = true;
  error_code ignored;
  socket_.close(ignored);
  const auto cancellation = cancellation_;
  if (running && cancellation) cancellation->Cancel();
}

}  // namespace pyrunner::http

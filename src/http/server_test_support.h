// A server with a few handlers on a thread of its own, and a client that sends exact bytes.
#pragma once

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>

#include <atomic>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/use_future.hpp>
#include <chrono>
#include <functional>
#include <future>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "base/fd.h"
#include "http/server.h"

namespace pyrunner::http {

using std::chrono::milliseconds;

inline constexpr milliseconds kPatience{5'000};  // far more than anything here should take

/// One TCP connection to 127.0.0.1, from 127.0.0.<last_byte>. Not thread-safe.
class Client {
 public:
  explicit Client(std::uint16_t port, int receive_buffer = 0, unsigned char last_byte = 1)
      : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    if (receive_buffer > 0) {
      ::setsockopt(fd_.get(), SOL_SOCKET, SO_RCVBUF, &receive_buffer, sizeof receive_buffer);
    }
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl((INADDR_LOOPBACK & ~0xFFU) | last_byte);
    EXPECT_EQ(::bind(fd_.get(), reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    EXPECT_EQ(::connect(fd_.get(), reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
  }

  /// False when the server has closed.
  bool Send(std::string_view bytes) {
    while (!bytes.empty()) {
      const auto count = ::send(fd_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (count <= 0) return false;
      bytes.remove_prefix(static_cast<std::size_t>(count));
    }
    return true;
  }

  /// One response: status line, fields and, unless `bodiless`, the body. Empty when there is none.
  std::string Receive(bool bodiless = false) {
    while (true) {
      const auto end = received_.find("\r\n\r\n");
      if (end != std::string::npos) {
        std::size_t size = end + 4;
        const auto length = received_.find("Content-Length: ");
        if (!bodiless && length < end) size += std::stoul(received_.substr(length + 16));
        if (received_.size() >= size) {
          std::string response = received_.substr(0, size);
          received_.erase(0, size);
          return response;
        }
      }
      if (!ReceiveMore(kPatience)) return {};
    }
  }

  /// All bytes until the server closes.
  std::string ReceiveAll() {
    while (ReceiveMore(kPatience)) {
    }
    EXPECT_TRUE(closed_) << "the server kept the connection";
    return std::exchange(received_, {});
  }

  /// Whether nothing comes for a while, neither bytes nor the end.
  bool IsQuiet(milliseconds time) { return received_.empty() && !ReceiveMore(time) && !closed_; }

  void HalfClose() { ::shutdown(fd_.get(), SHUT_WR); }
  void Close() { fd_.Reset(); }
  void Reset() {
    const linger now{.l_onoff = 1, .l_linger = 0};
    ::setsockopt(fd_.get(), SOL_SOCKET, SO_LINGER, &now, sizeof now);
    fd_.Reset();
  }

 private:
  bool ReceiveMore(milliseconds patience) {
    pollfd descriptor{fd_.get(), POLLIN, 0};
    if (::poll(&descriptor, 1, static_cast<int>(patience.count())) <= 0) return false;
    std::string bytes(65536, '\0');
    const auto count = ::recv(fd_.get(), bytes.data(), bytes.size(), 0);
    if (count <= 0) {
      closed_ = true;
      return false;
    }
    received_.append(bytes, 0, static_cast<std::size_t>(count));
    return true;
  }

  Fd fd_;
  std::string received_;
  bool closed_ = false;
};

/// What GET /constant answers, a body that is not copied.
inline const std::string kConstant(8'000'000, 'x');

/// Handlers: POST /echo answers with the body, GET /hello at once, POST /wait when it is cancelled
/// or after a while, GET /throw not at all.
class ServerTest : public testing::Test {
 protected:
  ~ServerTest() override { StopServer(); }

  void StartServer(ServerOptions options = {}) {
    options.log = [this](std::string line) {
      const std::lock_guard lock(mutex_);
      log_.push_back(std::move(line));
    };
    router_.Add("POST", "/echo", [this](Request request) { return Echo(this, request); });
    router_.Add("GET", "/hello", Hello);
    router_.Add("GET", "/constant", Constant);
    router_.Add("GET", "/throw", Throw);
    router_.Add("POST", "/wait", [this](Request request) { return Wait(this, request); });
    server_.emplace(context_, std::move(options), router_);
    const auto status = server_->Listen("127.0.0.1", 0);
    ASSERT_TRUE(status.has_value()) << status.error().message;
    port_ = server_->port();
    server_->Start();
    thread_ = std::thread([this] { context_.run(); });
  }

  void StopServer() {
    if (!thread_.joinable()) return;
    context_.stop();
    thread_.join();
  }

  /// Runs on the server's thread.
  template <typename Function>
  auto OnServer(Function function) {
    std::promise<decltype(function())> result;
    boost::asio::post(context_, [&] { result.set_value(function()); });
    return result.get_future().get();
  }

  ServerStats stats() {
    return OnServer([this] { return server_->stats(); });
  }

  bool Eventually(const std::function<bool()>& condition) {
    const auto deadline = std::chrono::steady_clock::now() + kPatience;
    while (std::chrono::steady_clock::now() < deadline) {
      if (condition()) return true;
      std::this_thread::sleep_for(milliseconds(5));
    }
    return false;
  }

  std::future<void> Drain(milliseconds patience) {
    const auto deadline = std::chrono::steady_clock::now() + patience;
    return boost::asio::co_spawn(context_, server_->Drain(deadline), boost::asio::use_future);
  }

  std::vector<std::string> log() {
    const std::lock_guard lock(mutex_);
    return log_;
  }

  Client Connect() const { return Client(port_); }

  /// The status of the only response to these bytes, after which the server must close; 0: none.
  int StatusAndClose(std::string_view bytes) {
    Client client = Connect();
    client.Send(bytes);
    const std::string all = client.ReceiveAll();
    EXPECT_EQ(all.find("HTTP/1.1 ", 1), std::string::npos) << "more than one response: " << all;
    if (all.empty()) return 0;
    EXPECT_NE(all.find("\r\nConnection: close\r\n"), std::string::npos) << all;
    EXPECT_NE(all.find("\r\nX-Content-Type-Options: nosniff\r\n"), std::string::npos) << all;
    EXPECT_NE(all.find("\r\n\r\n{\"detail\":\""), std::string::npos) << all;
    return std::stoi(all.substr(9, 3));
  }

  static int StatusOf(std::string_view response) {
    return response.starts_with("HTTP/1.1 ") ? std::stoi(std::string(response.substr(9, 3))) : 0;
  }
  static std::string BodyOf(std::string_view response) {
    const auto end = response.find("\r\n\r\n");
    return end == std::string_view::npos ? "" : std::string(response.substr(end + 4));
  }

  static std::string Post(std::string_view path, std::string_view body,
                          std::string_view fields = "") {
    return "POST " + std::string(path) + " HTTP/1.1\r\nHost: localhost\r\n" + std::string(fields) +
           "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + std::string(body);
  }
  static std::string Get(std::string_view path, std::string_view fields = "") {
    return "GET " + std::string(path) + " HTTP/1.1\r\nHost: localhost\r\n" + std::string(fields) +
           "\r\n";
  }

  std::atomic<int> waiting_{0};
  std::atomic<int> cancelled_{0};
  std::atomic<int> echoed_{0};
  milliseconds wait_{10'000};
  std::uint16_t port_ = 0;
  boost::asio::io_context context_{1};
  Router router_;
  std::optional<Server> server_;

 private:
  using Answer = boost::asio::awaitable<Response>;

  static Answer Echo(ServerTest* test, Request request) {
    ++test->echoed_;
    Response response;
    response.content_type = "application/octet-stream";
    response.body = std::move(request.body);
    co_return response;
  }

  static Answer Hello(Request) {
    Response response;
    response.body = "hello";
    co_return response;
  }

  static Answer Constant(Request) {
    Response response;
    response.constant_body = kConstant;
    co_return response;
  }

  static Answer Throw(Request) {
    throw std::runtime_error("the secret of the house");
    co_return Response{};
  }

  static Answer Wait(ServerTest* test, Request request) {
    ++test->waiting_;
    boost::asio::steady_timer timer(test->context_, test->wait_);
    request.cancellation->Listen([&timer] { timer.cancel(); });
    boost::system::error_code ignored;
    co_await timer.async_wait(boost::asio::redirect_error(boost::asio::use_awaitable, ignored));
    request.cancellation->StopListening();
    if (request.cancellation->cancelled()) ++test->cancelled_;
    --test->waiting_;
    Response response;
    response.body = "waited";
    co_return response;
  }

  std::thread thread_;
  std::mutex mutex_;
  std::vector<std::string> log_;
};

}  // namespace pyrunner::http

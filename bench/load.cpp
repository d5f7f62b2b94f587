// bench_load: sends one request over and over, says how long the answers took.
//
// One thread and one epoll. Costs 20 to 35 us of processor time a request, paced 50 to 80, most of
// it the kernel's (`own_cpu_us` in the result says how much it was), so what it measures is the
// service.
//
// With --paced-ms the loop is open: a request leaves at its time whether or not earlier ones were
// answered, on another connection if need be. Latencies are from the time that the schedule says,
// so a late request counts as a slow one; `sent_*` are from the write to the socket. Without
// --paced-ms the loop is closed, each client sends when it has its answer, and both are the same.
#include <arpa/inet.h>
#include <fcntl.h>
#include <fmt/core.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <cctype>
#include <cerrno>
#include <charconv>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/fd.h"

namespace pyrunner {
namespace {

using Clock = std::chrono::steady_clock;
using Milliseconds = std::chrono::duration<double, std::milli>;

constexpr std::array<std::string_view, 6> kPhases = {"queue",   "fork", "isolate",
                                                     "compile", "run",  "collect"};

struct Options {
  std::uint16_t port = 0;
  std::string path = "/run";
  std::string body_file;
  std::string expect;
  std::size_t answer_bytes = 0;
  std::string samples_file;
  std::size_t clients = 1;
  double paced_ms = 0;
  double seconds = 0;
  std::uint64_t requests = 0;
  std::uint64_t warmup = 0;
};

[[noreturn]] void Die(const std::string& line) {
  std::fprintf(stderr, "bench_load: %s\n", line.c_str());
  std::exit(1);
}

/// One answered request.
struct Sample {
  float scheduled_ms;  // from the schedule's time to the last byte of the answer
  float sent_ms;       // from the write
  std::array<float, kPhases.size()> phases;
};

struct Counts {
  std::uint64_t ok = 0;
  std::uint64_t wrong = 0;    // status 200 without the expected text
  std::uint64_t refused = 0;  // status 429 or 503
  std::uint64_t errors = 0;   // any other status, or a connection that broke
};

double Number(std::string_view text) {
  double value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

/// The text between `key` ("Name: ") and the end of its line.
std::string_view HeaderValue(std::string_view head, std::string_view key) {
  const auto same = [](char a, char b) {
    return std::tolower(static_cast<unsigned char>(a)) ==
           std::tolower(static_cast<unsigned char>(b));
  };
  const auto* const at = std::search(head.begin(), head.end(), key.begin(), key.end(), same);
  if (at == head.end()) return {};
  const std::string_view rest(at + key.size(), head.end());
  return rest.substr(0, rest.find("\r\n"));
}

std::array<float, kPhases.size()> ParsePhases(std::string_view timing) {
  std::array<float, kPhases.size()> phases{};
  for (std::size_t i = 0; i < kPhases.size(); ++i) {
    const std::string key = std::string(kPhases[i]) + ";dur=";
    const std::size_t at = timing.find(key);
    if (at == std::string_view::npos) continue;
    phases[i] = static_cast<float>(Number(timing.substr(at + key.size())));
  }
  return phases;
}

/// One keep-alive connection with at most one request under way.
struct Connection {
  Fd socket;
  std::size_t written = 0;  // of the request
  bool partial = false;     // epoll tells when the socket has room for the rest
  std::string answer;
  std::size_t head_size = 0;    // 0: not all of the head is here
  std::size_t answer_size = 0;  // head and body
  Clock::time_point scheduled;
  Clock::time_point sent;
  bool busy = false;
};

class Load {
 public:
  explicit Load(const Options& options)
      : options_(options), epoll_(::epoll_create1(EPOLL_CLOEXEC)) {
    std::ifstream file(options.body_file, std::ios::binary);
    if (!file) Die("cannot read " + options.body_file);
    const std::string body{std::istreambuf_iterator<char>(file), {}};
    request_ = "POST " + options.path +
               " HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
               "Content-Length: " +
               std::to_string(body.size()) + "\r\n\r\n" + body;
    samples_.reserve(1U << 16);
    for (std::size_t i = 0; i < options.clients; ++i) idle_.push_back(Open());
  }

  void Run() {
    start_ = measured_from_ = Clock::now();
    options_.paced_ms > 0 ? RunPaced() : RunUnpaced();
    end_ = Clock::now();
  }

  void Print() const {
    const double seconds = std::chrono::duration<double>(end_ - measured_from_).count();
    const std::uint64_t count = counts_.ok + counts_.wrong + counts_.refused + counts_.errors;
    rusage usage{};
    ::getrusage(RUSAGE_SELF, &usage);
    const auto microseconds = [](const timeval& time) {
      return static_cast<double>(time.tv_sec) * 1e6 + static_cast<double>(time.tv_usec);
    };
    const double cpu = microseconds(usage.ru_utime) + microseconds(usage.ru_stime);
    fmt::print(R"({{"count": {}, "ok": {}, "wrong": {}, "refused": {}, "errors": {}, )"
               R"("seconds": {:.3f}, "rate": {:.1f})",
               count, counts_.ok, counts_.wrong, counts_.refused, counts_.errors, seconds,
               static_cast<double>(counts_.ok) / seconds);
    PrintQuantiles("", [](const Sample& sample) { return sample.scheduled_ms; });
    PrintQuantiles("sent_", [](const Sample& sample) { return sample.sent_ms; });
    fmt::print(R"(, "phases_ms": {{)");
    for (std::size_t i = 0; i < kPhases.size(); ++i) {
      fmt::print(R"({}"{}": {:.3f})", i == 0 ? "" : ", ", kPhases[i],
                 Quantile(Sorted([i](const Sample& sample) { return sample.phases[i]; }), 0.5));
    }
    const auto answers = static_cast<double>(std::max<std::uint64_t>(answered_, 1));
    fmt::print("}}, \"connections\": {}, \"own_cpu_us\": {:.1f}}}\n", connections_.size(),
               cpu / answers);
  }

  void WriteSamples() const {
    if (options_.samples_file.empty()) return;
    std::ofstream file(options_.samples_file);
    for (const Sample& sample : samples_) {
      file << sample.scheduled_ms << ' ' << sample.sent_ms;
      for (const float phase : sample.phases) file << ' ' << phase;
      file << '\n';
    }
    if (!file) Die("cannot write " + options_.samples_file);
  }

 private:
  static float Quantile(const std::vector<float>& sorted, double quantile) {
    if (sorted.empty()) return 0;
    const auto last = static_cast<double>(sorted.size() - 1);
    return sorted[static_cast<std::size_t>(std::lround(quantile * last))];
  }

  template <typename Value>
  [[nodiscard]] std::vector<float> Sorted(Value value) const {
    std::vector<float> values;
    values.reserve(samples_.size());
    for (const Sample& sample : samples_) values.push_back(value(sample));
    std::sort(values.begin(), values.end());
    return values;
  }

  template <typename Value>
  void PrintQuantiles(std::string_view prefix, Value value) const {
    const std::vector<float> sorted = Sorted(value);
    fmt::print(R"(, "{0}p50_ms": {1:.3f}, "{0}p90_ms": {2:.3f}, "{0}p99_ms": {3:.3f}, )"
               R"("{0}max_ms": {4:.3f})",
               prefix, Quantile(sorted, 0.5), Quantile(sorted, 0.9), Quantile(sorted, 0.99),
               Quantile(sorted, 1));
  }

  Connection* Open() {
    auto connection = std::make_unique<Connection>();
    Connect(*connection);
    connections_.push_back(std::move(connection));
    return connections_.back().get();
  }

  void Connect(Connection& connection) {
    connection.socket = Fd(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(options_.port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const int fd = connection.socket.get();
    if (::connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
      Die("cannot connect to port " + std::to_string(options_.port));
    }
    const int on = 1;
    ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    ::fcntl(fd, F_SETFL, O_NONBLOCK);
    connection.partial = false;
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.ptr = &connection;
    if (::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, fd, &event) != 0) Die("epoll_ctl");
  }

  void Send(Connection& connection, Clock::time_point scheduled) {
    connection.answer.clear();
    connection.head_size = 0;
    connection.busy = true;
    connection.scheduled = scheduled;
    connection.sent = Clock::now();
    ++sent_;
    ++under_way_;
    connection.written = 0;
    Write(connection);
  }

  /// What the socket takes of the rest of the request; when it has room, epoll says so.
  void Write(Connection& connection) {
    const std::string_view rest = std::string_view(request_).substr(connection.written);
    const ssize_t size = ::send(connection.socket.get(), rest.data(), rest.size(), MSG_NOSIGNAL);
    if (size < 0 && errno != EAGAIN) return Broken(connection);
    connection.written += static_cast<std::size_t>(std::max<ssize_t>(size, 0));
    const bool partial = connection.written < request_.size();
    if (partial == connection.partial) return;
    connection.partial = partial;
    epoll_event event{};
    event.events = partial ? EPOLLIN | EPOLLOUT : EPOLLIN;
    event.data.ptr = &connection;
    ::epoll_ctl(epoll_.get(), EPOLL_CTL_MOD, connection.socket.get(), &event);
  }

  void Broken(Connection& connection) {
    Count(&Counts::errors);
    Release(connection);
    Connect(connection);
  }

  void Release(Connection& connection) {
    if (!connection.busy) return;
    connection.busy = false;
    --under_way_;
    idle_.push_back(&connection);
  }

  void Count(std::uint64_t Counts::*kind) {
    if (++answered_ > options_.warmup) ++(counts_.*kind);
    // The clock of the rate starts when the warm-up's last answer is there.
    if (answered_ == options_.warmup) measured_from_ = Clock::now();
  }

  void Receive(Connection& connection) {
    const ssize_t size = ::recv(connection.socket.get(), buffer_.data(), buffer_.size(), 0);
    if (size < 0 && (errno == EAGAIN || errno == EINTR)) return;
    if (size <= 0) {
      if (connection.busy) {
        Broken(connection);
      } else {
        Connect(connection);
      }
      return;
    }
    connection.answer.append(buffer_.data(), static_cast<std::size_t>(size));
    if (connection.head_size == 0) {
      const std::size_t end = connection.answer.find("\r\n\r\n");
      if (end == std::string::npos) return;
      connection.head_size = end + 4;
      const auto length =
          HeaderValue(std::string_view(connection.answer).substr(0, end + 2), "Content-Length: ");
      connection.answer_size = connection.head_size + static_cast<std::size_t>(Number(length));
    }
    if (connection.answer.size() >= connection.answer_size) Answered(connection);
  }

  void Answered(Connection& connection) {
    const auto now = Clock::now();
    const std::string_view head =
        std::string_view(connection.answer).substr(0, connection.head_size);
    const std::string_view body = std::string_view(connection.answer).substr(head.size());
    const std::string_view status = head.substr(std::string_view("HTTP/1.1 ").size(), 3);
    const bool warm = answered_ >= options_.warmup;
    if (status == "429" || status == "503") {
      Count(&Counts::refused);
    } else if (status != "200") {
      Count(&Counts::errors);
    } else if (body.size() < options_.answer_bytes ||
               body.find(options_.expect) == std::string_view::npos) {
      if (counts_.wrong == 0) {
        std::fprintf(stderr, "bench_load: wrong: %s\n", std::string(body.substr(0, 2000)).c_str());
      }
      Count(&Counts::wrong);
    } else {
      Count(&Counts::ok);
      if (warm) {
        samples_.push_back({static_cast<float>(Milliseconds(now - connection.scheduled).count()),
                            static_cast<float>(Milliseconds(now - connection.sent).count()),
                            ParsePhases(HeaderValue(head, "Server-Timing: "))});
      }
    }
    Release(connection);
  }

  /// True when no further request may be sent.
  [[nodiscard]] bool Enough() const {
    if (options_.requests > 0 && sent_ >= options_.requests + options_.warmup) return true;
    return options_.seconds > 0 && answered_ >= options_.warmup &&
           std::chrono::duration<double>(Clock::now() - measured_from_).count() >= options_.seconds;
  }

  void RunUnpaced() {
    while (true) {
      while (!idle_.empty() && !Enough()) {
        Connection* connection = idle_.back();
        idle_.pop_back();
        Send(*connection, Clock::now());
      }
      if (under_way_ == 0) return;
      Wait();
    }
  }

  void RunPaced() {
    const Fd timer(::timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK));
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.ptr = nullptr;
    ::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, timer.get(), &event);
    const auto pace = std::chrono::duration_cast<Clock::duration>(Milliseconds(options_.paced_ms));
    for (auto next = start_; !Enough(); next += pace) {
      const auto at = next.time_since_epoch();
      itimerspec alarm{};
      alarm.it_value.tv_sec = std::chrono::duration_cast<std::chrono::seconds>(at).count();
      alarm.it_value.tv_nsec = std::chrono::nanoseconds(at).count() % 1'000'000'000;
      ::timerfd_settime(timer.get(), TFD_TIMER_ABSTIME, &alarm, nullptr);
      while (Clock::now() < next) Wait();
      Connection* connection = nullptr;
      if (idle_.empty()) {
        connection = Open();
      } else {
        connection = idle_.back();
        idle_.pop_back();
      }
      Send(*connection, next);
    }
    ::epoll_ctl(epoll_.get(), EPOLL_CTL_DEL, timer.get(), nullptr);
    while (under_way_ > 0) Wait();
  }

  void Wait() {
    constexpr int kSilenceMs = 60'000;
    std::array<epoll_event, 64> events{};
    const int count = ::epoll_wait(epoll_.get(), events.data(), events.size(), kSilenceMs);
    if (count == 0) Die("no answer within a minute");
    for (int i = 0; i < count; ++i) {
      // The timer has nothing to say but that it is time to look at the clock.
      auto* connection = static_cast<Connection*>(events[static_cast<std::size_t>(i)].data.ptr);
      if (connection == nullptr) continue;
      if ((events[static_cast<std::size_t>(i)].events & EPOLLOUT) != 0) Write(*connection);
      if ((events[static_cast<std::size_t>(i)].events & ~EPOLLOUT) != 0) Receive(*connection);
    }
  }

  const Options& options_;
  std::string request_;
  std::vector<char> buffer_ = std::vector<char>(1U << 18);
  Fd epoll_;
  std::vector<std::unique_ptr<Connection>> connections_;
  std::vector<Connection*> idle_;
  std::size_t under_way_ = 0;
  std::uint64_t sent_ = 0;
  std::uint64_t answered_ = 0;
  Counts counts_;
  std::vector<Sample> samples_;
  Clock::time_point start_;
  Clock::time_point measured_from_;
  Clock::time_point end_;
};

int Main(int argc, char** argv) {
  Options options;
  CLI::App app("Sends one request over and over and prints one line of JSON");
  app.add_option("--port", options.port, "Of the service, on 127.0.0.1")->required();
  app.add_option("--path", options.path);
  app.add_option("--body-file", options.body_file, "The request's JSON")->required();
  app.add_option("--expect", options.expect, "What a right answer's body contains");
  app.add_option("--answer-bytes", options.answer_bytes, "That it has at least so many bytes");
  app.add_option("--clients", options.clients, "Connections; paced, as many as needed")
      ->check(CLI::Range(1, 10'000));
  app.add_option("--paced-ms", options.paced_ms, "One request every so many milliseconds");
  app.add_option("--seconds", options.seconds, "For so long, the warm-up not counted");
  app.add_option("--requests", options.requests, "So many, the warm-up not counted");
  app.add_option("--warmup", options.warmup, "Requests before those that count");
  app.add_option("--samples", options.samples_file,
                 "A line for each answer: ms from schedule, ms from write, the six phases");
  CLI11_PARSE(app, argc, argv);
  if (options.seconds <= 0 && options.requests == 0) Die("say --seconds or --requests");

  Load load(options);
  load.Run();
  load.Print();
  load.WriteSamples();
  return 0;
}

}  // namespace
}  // namespace pyrunner

// An exception is a defect here, and ends it with its message.
// NOLINTNEXTLINE(bugprone-exception-escape)
int main(int argc, char** argv) { return pyrunner::Main(argc, argv); }

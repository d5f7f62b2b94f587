// Deadlines, limits and the end of service.
#include <gtest/gtest.h>
#include <sys/resource.h>

#include <list>
#include <string>
#include <thread>
#include <vector>

#include "http/server.h"
#include "http/server_test_support.h"

namespace pyrunner::http {
namespace {

using Clock = std::chrono::steady_clock;

TEST_F(ServerTest, ASlowHeadIs408) {
  ServerOptions options;
  options.head_deadline = milliseconds(200);
  StartServer(options);
  EXPECT_EQ(StatusAndClose("GET /hello HTTP/1.1\r\nHost: "), 408);
}

TEST_F(ServerTest, AHeadThatDripsIs408) {
  ServerOptions options;
  options.head_deadline = milliseconds(300);
  StartServer(options);
  Client client = Connect();
  const auto start = Clock::now();
  client.Send("GET /hello HTTP/1.1\r\nHost: ");
  while (Clock::now() < start + kPatience && client.IsQuiet(milliseconds(20))) client.Send("a");
  EXPECT_LT(Clock::now() - start, kPatience / 2) << "each byte must not buy more time";
  EXPECT_EQ(StatusOf(client.Receive()), 408);
}

TEST_F(ServerTest, AnIdleConnectionIsClosedWithoutAWord) {
  ServerOptions options;
  options.head_deadline = milliseconds(200);
  options.idle_deadline = milliseconds(200);
  StartServer(options);
  Client silent = Connect();
  Client idle = Connect();
  idle.Send(Get("/hello"));
  EXPECT_EQ(BodyOf(idle.Receive()), "hello");
  EXPECT_EQ(silent.ReceiveAll(), "");
  EXPECT_EQ(idle.ReceiveAll(), "");
}

TEST_F(ServerTest, ASlowBodyIs408) {
  ServerOptions options;
  options.body_deadline = milliseconds(200);
  StartServer(options);
  for (const char* field : {"Content-Length: 100", "Transfer-Encoding: chunked"}) {
    EXPECT_EQ(
        StatusAndClose("POST /echo HTTP/1.1\r\nHost: a\r\n" + std::string(field) + "\r\n\r\n1\r\n"),
        408)
        << field;
  }
  EXPECT_EQ(stats().buffered_body_bytes, 0U);
}

TEST_F(ServerTest, ABodyThatKeepsUpTheRateMayTakeLonger) {
  ServerOptions options;
  options.body_deadline = milliseconds(300);
  options.min_bytes_per_second = 1'000;
  StartServer(options);
  Client client = Connect();
  client.Send("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 2000\r\n\r\n");
  for (int i = 0; i < 10; ++i) {
    std::this_thread::sleep_for(milliseconds(80));
    client.Send(std::string(200, 'x'));
  }
  EXPECT_EQ(StatusOf(client.Receive()), 200);
}

TEST_F(ServerTest, ABodySentInOneGoDoesNotPayForAPause) {
  ServerOptions options;
  options.body_deadline = milliseconds(300);
  options.min_bytes_per_second = 1'000;
  StartServer(options);
  for (const char* head :
       {"Content-Length: 100001\r\n\r\n", "Transfer-Encoding: chunked\r\n\r\n186A1\r\n"}) {
    Client client = Connect();
    const auto start = Clock::now();
    client.Send("POST /echo HTTP/1.1\r\nHost: a\r\n" + std::string(head) +
                std::string(100'000, 'x'));
    EXPECT_EQ(StatusOf(client.Receive()), 408) << head;
    EXPECT_LT(Clock::now() - start, kPatience / 2) << "100 s by the rate alone";
  }
}

TEST_F(ServerTest, LargeBodiesLeaveRoomForSmallOnes) {
  ServerOptions options;
  options.max_buffered_body_bytes = 300'000;
  StartServer(options);
  Client large = Connect();
  large.Send("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 300000\r\n\r\n" +
             std::string(290'000, 'x'));
  ASSERT_TRUE(Eventually([&] { return stats().buffered_body_bytes == 300'000; }));
  Client small = Connect();
  small.Send(Post("/echo", "small"));
  EXPECT_EQ(BodyOf(small.Receive()), "small");
  EXPECT_EQ(StatusAndClose(Post("/echo", std::string(200'000, 'x'))), 503);
}

TEST_F(ServerTest, AClientThatDoesNotReadIsCut) {
  ServerOptions options;
  options.write_deadline = milliseconds(200);
  options.min_bytes_per_second = 100 << 20;
  StartServer(options);
  Client client(port_, /*receive_buffer=*/4096);
  client.Send(Post("/echo", std::string(8 << 20, 'x')));
  EXPECT_TRUE(Eventually([&] { return echoed_ == 1 && stats().open_connections == 0; }));
}

TEST_F(ServerTest, BodiesAreLimitedWhileTheyStream) {
  ServerOptions options;
  options.max_body_bytes = 1'000;
  StartServer(options);
  EXPECT_EQ(StatusAndClose(Post("/echo", std::string(1'001, 'x'))), 413);
  std::string chunked = "POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";
  for (int i = 0; i < 11; ++i) chunked += "64\r\n" + std::string(100, 'x') + "\r\n";
  EXPECT_EQ(StatusAndClose(chunked), 413) << "without waiting for the last chunk";
  EXPECT_EQ(echoed_, 0);

  Client client = Connect();
  client.Send(Post("/echo", std::string(1'000, 'x')));
  EXPECT_EQ(StatusOf(client.Receive()), 200) << "the limit itself is allowed";
}

TEST_F(ServerTest, A413ReachesAClientThatSendsEverythingFirst) {
  StartServer();
  Client client = Connect();
  EXPECT_TRUE(client.Send(Post("/echo", std::string(30 << 20, 'x'))));
  EXPECT_EQ(StatusOf(client.Receive()), 413);
}

TEST_F(ServerTest, OversizeHeadsAreRefusedEarly) {
  StartServer();
  EXPECT_EQ(StatusAndClose(Get("/" + std::string(1 << 20, 'a'))), 414);
  EXPECT_EQ(StatusAndClose(Get("/hello", "X: " + std::string(1 << 20, 'a') + "\r\n")), 431);
  std::string many;
  for (int i = 0; i < 20'000; ++i) many += "X-" + std::to_string(i) + ": 1\r\n";
  EXPECT_EQ(StatusAndClose(Get("/hello", many)), 431);
}

TEST_F(ServerTest, AllBodiesTogetherAreLimited) {
  ServerOptions options;
  options.max_buffered_body_bytes = 300'000;
  StartServer(options);
  Client first = Connect();
  first.Send("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 200001\r\n\r\n" +
             std::string(200'000, 'x'));
  ASSERT_TRUE(Eventually([&] { return stats().buffered_body_bytes >= 200'000; }));
  EXPECT_EQ(StatusAndClose(Post("/echo", std::string(200'000, 'x'))), 503);
  std::string chunked = "POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";
  for (int i = 0; i < 20; ++i) chunked += "2710\r\n" + std::string(10'000, 'x') + "\r\n";
  EXPECT_EQ(StatusAndClose(chunked + "0\r\n\r\n"), 503);
  first.Send("x");
  EXPECT_EQ(StatusOf(first.Receive()), 200);
  EXPECT_EQ(stats().buffered_body_bytes, 0U);
}

TEST_F(ServerTest, AnswersThatNobodyReadsAreLimited) {
  ServerOptions options;
  options.max_body_bytes = 20'000'000;
  options.max_buffered_response_bytes = 24'000'000;
  StartServer(options);
  std::string body;
  body.resize(16'000'000, 'x');
  const std::string large = Post("/echo", body);
  Client unread = Connect();
  unread.Send(large);
  ASSERT_TRUE(Eventually([&] { return stats().buffered_response_bytes == 16'000'000; }));
  Client second = Connect();
  second.Send(large);
  EXPECT_EQ(StatusOf(second.Receive()), 503);
  second.Send(Get("/hello"));
  EXPECT_EQ(BodyOf(second.Receive()), "hello") << "small answers go on";
  EXPECT_EQ(BodyOf(unread.Receive()).size(), 16'000'000U);
  EXPECT_TRUE(Eventually([&] { return stats().buffered_response_bytes == 0; }));
}

TEST_F(ServerTest, ConstantAnswersThatNobodyReadsHoldNothing) {
  ServerOptions options;
  options.max_buffered_response_bytes = 100'000;
  StartServer(options);
  Client unread = Connect();
  unread.Send(Get("/constant"));
  Client second = Connect();
  second.Send(Get("/constant"));
  EXPECT_TRUE(BodyOf(second.Receive()) == kConstant);
  EXPECT_EQ(stats().buffered_response_bytes, 0U);
  EXPECT_TRUE(BodyOf(unread.Receive()) == kConstant);
  second.Send("HEAD /constant HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_NE(second.Receive(true).find("Content-Length: 8000000\r\n"), std::string::npos);
}

TEST_F(ServerTest, ALengthThatIsOnlyAnnouncedHoldsLittle) {
  StartServer();
  Client client = Connect();
  client.Send("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 8000000\r\n\r\nx");
  ASSERT_TRUE(Eventually([&] { return stats().buffered_body_bytes > 0; }));
  EXPECT_LE(stats().buffered_body_bytes, 64U * 1024);
}

TEST_F(ServerTest, ConnectionsBeyondTheLimitAreTurnedAway) {
  ServerOptions options;
  options.max_connections = 3;
  options.patience_when_full = kPatience;
  StartServer(options);
  std::list<Client> clients;
  for (int i = 0; i < 3; ++i) {
    clients.emplace_back(port_).Send(Get("/hello"));
    EXPECT_EQ(BodyOf(clients.back().Receive()), "hello");
  }
  for (int i = 0; i < 200; ++i) {
    Client late = Connect();
    if (i % 2 == 0) late.Send(Get("/hello"));
    const auto response = late.Receive();
    ASSERT_EQ(StatusOf(response), 503) << i;
    EXPECT_NE(response.find("\r\nRetry-After: "), std::string::npos);
    EXPECT_NE(response.find("\r\nConnection: close\r\n"), std::string::npos);
  }
  EXPECT_EQ(stats().turned_away_connections, 200U);
  EXPECT_EQ(stats().open_connections, 3U);
  clients.pop_back();
  ASSERT_TRUE(Eventually([&] { return stats().open_connections == 2; }));
  Client next = Connect();
  next.Send(Get("/hello"));
  EXPECT_EQ(StatusOf(next.Receive()), 200);
}

TEST_F(ServerTest, TurningAwayManyAtOnceIsBounded) {
  ServerOptions options;
  options.max_connections = 1;
  options.patience_when_full = kPatience;
  StartServer(options);
  Client served = Connect();
  served.Send(Get("/hello"));
  EXPECT_EQ(StatusOf(served.Receive()), 200);
  std::list<Client> crowd;
  for (int i = 0; i < 300; ++i) crowd.emplace_back(port_);
  for (auto& client : crowd) EXPECT_EQ(StatusOf(client.Receive()), 503);
  served.Send(Get("/hello"));
  EXPECT_EQ(StatusOf(served.Receive()), 200);
}

TEST_F(ServerTest, OneAddressCannotTakeEverything) {
  ServerOptions options;
  options.max_connections_per_address = 2;
  options.patience_when_full = kPatience;
  StartServer(options);
  std::list<Client> clients;
  for (int i = 0; i < 2; ++i) {
    clients.emplace_back(port_).Send(Get("/hello"));
    EXPECT_EQ(StatusOf(clients.back().Receive()), 200);
  }
  EXPECT_EQ(StatusAndClose(Get("/hello")), 429);
  clients.clear();
  EXPECT_TRUE(Eventually([&] {
    Client client = Connect();
    client.Send(Get("/hello"));
    return StatusOf(client.Receive()) == 200;
  }));
}

// Whoever only holds connections must not keep others out, in whatever phase they hold them.
class FullServerTest : public ServerTest {
 protected:
  static constexpr int kConnections = 4;

  void Start(std::size_t per_address = 0) {
    ServerOptions options;
    options.max_connections = kConnections;
    if (per_address > 0) options.max_connections = 100;
    options.max_connections_per_address = per_address;
    options.patience_when_full = milliseconds(100);
    StartServer(options);
  }
  void Fill(const std::string& bytes) {
    for (int i = 0; i < kConnections; ++i) held_.emplace_back(port_).Send(bytes);
    ASSERT_TRUE(Eventually([&] { return stats().open_connections == kConnections; }));
    std::this_thread::sleep_for(milliseconds(200));
  }
  int StatusOfOneMore() {
    Client client = Connect();
    client.Send(Get("/hello"));
    return StatusOf(client.Receive());
  }

  std::list<Client> held_;
};

TEST_F(FullServerTest, AnOverdueConnectionMakesRoom) {
  Start();
  for (const std::string bytes :
       {"", "GET /hello HTTP/1.1\r\nHost: ",
        "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\n1",
        "POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx"}) {
    Fill(bytes);
    EXPECT_EQ(StatusOfOneMore(), 200) << bytes;
    held_.clear();
    ASSERT_TRUE(Eventually([&] { return stats().open_connections == 0; }));
  }
  EXPECT_EQ(stats().turned_away_connections, 0U);
  EXPECT_EQ(stats().buffered_body_bytes, 0U);
  EXPECT_GE(stats().displaced_connections, 4U);
}

TEST_F(FullServerTest, OneThatIsServedNeverDoes) {
  Start();
  Fill(Post("/wait", "x"));
  EXPECT_EQ(StatusOfOneMore(), 503);
  EXPECT_EQ(cancelled_, 0);
  EXPECT_EQ(stats().displaced_connections, 0U);
}

TEST_F(FullServerTest, OneThatKeepsUpTheRateDoesNot) {
  ServerOptions options;
  options.max_connections = 1;
  options.patience_when_full = milliseconds(500);
  options.min_bytes_per_second = 1'000;
  StartServer(options);
  Client upload = Connect();
  upload.Send("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 3000\r\n\r\n");
  for (int i = 0; i < 10; ++i) {
    upload.Send(std::string(300, 'x'));
    std::this_thread::sleep_for(milliseconds(100));
    if (i < 9) {
      EXPECT_EQ(StatusOfOneMore(), 503) << i;
    }
  }
  EXPECT_EQ(StatusOf(upload.Receive()), 200);
}

TEST_F(FullServerTest, AnAddressMakesRoomAmongItsOwn) {
  Start(kConnections);
  Fill("");
  EXPECT_EQ(StatusOfOneMore(), 200);
  EXPECT_GE(stats().displaced_connections, 1U);
}

TEST_F(FullServerTest, AnAddressWithFewComesBeforeTheOneWithMost) {
  ServerOptions options;
  options.max_connections = 10;
  options.patience_when_full = kPatience;  // nobody is overdue
  StartServer(options);
  for (int i = 0; i < 10; ++i) held_.emplace_back(port_);
  ASSERT_TRUE(Eventually([&] { return stats().open_connections == 10; }));
  std::list<Client> others;
  for (int i = 0; i < 4; ++i) {
    others.emplace_back(port_, 0, /*last_byte=*/2);
    others.back().Send(Get("/hello"));
    EXPECT_EQ(StatusOf(others.back().Receive()), i < 3 ? 200 : 503) << i;
  }
  EXPECT_EQ(stats().displaced_connections, 3U) << "7 and 3 of 10: the next would have half of 7";
  for (auto& client : others) EXPECT_TRUE(client.Send(Get("/hello")));
}

TEST_F(FullServerTest, TheLatestGoFirstAndNoMoreThanNeeded) {
  ServerOptions options;
  options.max_connections = 100;
  options.patience_when_full = milliseconds(100);
  StartServer(options);
  for (int i = 0; i < 50; ++i) held_.emplace_back(port_);
  ASSERT_TRUE(Eventually([&] { return stats().open_connections == 50; }));
  std::this_thread::sleep_for(milliseconds(150));
  std::list<Client> later;
  for (int i = 0; i < 50; ++i) later.emplace_back(port_);
  ASSERT_TRUE(Eventually([&] { return stats().open_connections == 100; }));
  std::this_thread::sleep_for(milliseconds(150));
  EXPECT_EQ(StatusOfOneMore(), 200);
  EXPECT_LE(stats().displaced_connections, 50U);
  for (auto& client : later) {
    client.Send(Get("/hello"));
    EXPECT_EQ(StatusOf(client.Receive()), 200);
  }
}

TEST_F(ServerTest, SlowHeadsDoNotKeepOthersWaiting) {
  StartServer();
  std::list<Client> slow;
  for (int i = 0; i < 300; ++i) slow.emplace_back(port_).Send("POST /echo HTTP/1.1\r\nHost: ");
  const auto start = Clock::now();
  Client client = Connect();
  client.Send(Get("/hello"));
  EXPECT_EQ(BodyOf(client.Receive()), "hello");
  EXPECT_LT(Clock::now() - start, milliseconds(1'000));
}

TEST_F(ServerTest, RunningOutOfDescriptorsIsSurvived) {
  StartServer();
  Client first = Connect();
  first.Send(Get("/hello"));
  EXPECT_EQ(StatusOf(first.Receive()), 200);
  Client waiting = [this] {
    rlimit limit{};
    EXPECT_EQ(::getrlimit(RLIMIT_NOFILE, &limit), 0);
    // The client takes the last descriptor, so none is left for the server's side.
    Fd lowest(::dup(0));
    const rlimit tight{static_cast<rlim_t>(lowest.get()) + 1, limit.rlim_max};
    lowest.Reset();
    EXPECT_EQ(::setrlimit(RLIMIT_NOFILE, &tight), 0);
    Client client = Connect();
    client.Send(Get("/hello"));
    EXPECT_TRUE(Eventually([this] { return !log().empty(); }));
    EXPECT_TRUE(client.IsQuiet(milliseconds(300)));
    EXPECT_EQ(::setrlimit(RLIMIT_NOFILE, &limit), 0);
    return client;
  }();
  EXPECT_EQ(StatusOf(waiting.Receive()), 200) << "it waited in the backlog";
  EXPECT_EQ(log().size(), 1U) << "the log must not be flooded";
  EXPECT_NE(log()[0].find("limit on open files"), std::string::npos);
}

TEST_F(ServerTest, DrainClosesIdleConnectionsAndFinishesBusyOnes) {
  wait_ = milliseconds(300);
  StartServer();
  Client idle = Connect();
  idle.Send(Get("/hello"));
  EXPECT_EQ(StatusOf(idle.Receive()), 200);
  Client fresh = Connect();
  Client reading = Connect();
  reading.Send("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\nbo");
  Client busy = Connect();
  busy.Send(Post("/wait", "x") + Get("/hello"));
  ASSERT_TRUE(Eventually([&] { return waiting_ == 1 && stats().open_connections == 4; }));

  auto drained = Drain(kPatience);
  EXPECT_EQ(idle.ReceiveAll(), "");
  EXPECT_EQ(fresh.ReceiveAll(), "");
  EXPECT_EQ(waiting_, 1) << "idle connections do not wait for busy ones";
  reading.Send("dy");
  EXPECT_EQ(BodyOf(reading.ReceiveAll()), "body");
  const auto response = busy.ReceiveAll();
  EXPECT_EQ(BodyOf(response), "waited") << "and the pipelined request is not begun";
  EXPECT_NE(response.find("\r\nConnection: close\r\n"), std::string::npos);
  reading.Close();
  busy.Close();
  EXPECT_EQ(drained.wait_for(kPatience / 2), std::future_status::ready);
  EXPECT_EQ(cancelled_, 0);

  const Fd late(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port_);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  EXPECT_NE(::connect(late.get(), reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
}

TEST_F(ServerTest, DrainCutsTheRestAtTheDeadline) {
  StartServer();
  Client busy = Connect();
  busy.Send(Post("/wait", "x"));
  ASSERT_TRUE(Eventually([&] { return waiting_ == 1; }));
  const auto start = Clock::now();
  auto drained = Drain(milliseconds(200));
  EXPECT_EQ(drained.wait_for(kPatience), std::future_status::ready);
  EXPECT_GE(Clock::now() - start, milliseconds(190));
  EXPECT_EQ(busy.ReceiveAll(), "");
  EXPECT_TRUE(Eventually([&] { return cancelled_ == 1 && stats().open_connections == 0; }));
}

TEST_F(ServerTest, TheLoopEndsByItselfAfterADrain) {
  StartServer();
  Client client = Connect();
  client.Send(Get("/hello"));
  EXPECT_EQ(StatusOf(client.Receive()), 200);
  Drain(kPatience).get();
  EXPECT_TRUE(Eventually([&] { return context_.stopped(); })) << "something still waits";
}

TEST_F(ServerTest, EndsInTheMiddleOfEverything) {
  StartServer();
  std::list<Client> clients;
  for (int i = 0; i < 3; ++i) {
    clients.emplace_back(port_);
    clients.emplace_back(port_).Send("GET /h");
    clients.emplace_back(port_).Send(Post("/wait", "x"));
    clients.emplace_back(port_).Send("GARBAGE\r\n\r\n");
  }
  ASSERT_TRUE(Eventually([&] { return waiting_ == 3; }));
  StopServer();  // the sanitizers see what is left
}

}  // namespace
}  // namespace pyrunner::http
